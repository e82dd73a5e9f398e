#!/usr/bin/env bash
# diskcache 5.6.3: the queue "paint" hands out what was pushed to the queue "paint-1".
# Guess: push(wish, prefix="paint") and pull("paint") are a queue of their own beside "paint-1", as the prefixes differ.
# Seen: keys are "paint-500000000000000", and pull takes all between "paint-000000000000000" and "paint-999999999999999" in the
#   order of letters, "paint-1-500000000000000" too. Wishes of "paint-1" or "paint-2026-12-01" come out of "paint", before its own,
#   and their queues are empty. "paint-red" is apart. Without a prefix, what was stored under 7 comes out of the queue.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet diskcache==5.6.3
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys

from diskcache import Cache


def pulled(*names):
    """Push two wishes to each queue in turn, then pull each queue until it is empty."""
    with Cache(f"{sys.argv[1]}/{'+'.join(map(str, names))}") as cache:
        for number in (1, 2):
            for name in names:
                cache.push(f"wish {number} of {name}", prefix=name)
        print(*cache)
        return {name: list(iter(lambda: cache.pull(name)[1], None)) for name in names}


def own(*names):
    return {name: [f"wish {number} of {name}" for number in (1, 2)] for name in names}


seen = pulled("paint", "paint-red")
print(seen)
assert seen == own("paint", "paint-red"), seen

seen = pulled("paint-1", "paint")
print(seen)
assert seen == own("paint-1", "paint"), seen  # who empties "paint-1" first has luck

for other in ("paint-1", "paint-2026-12-01"):
    seen = pulled("paint", other)
    print(seen)
    assert seen == {"paint": own(other)[other] + own("paint")["paint"], other: []}, seen

with Cache(f"{sys.argv[1]}/numbers") as cache:
    cache[7] = "a picture stored as number 7"
    cache.push("a wish")
    first = cache.pull()
    print(first, 7 in cache)
    assert first == (7, "a picture stored as number 7") and 7 not in cache
PY
