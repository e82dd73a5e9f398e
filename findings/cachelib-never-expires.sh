#!/usr/bin/env bash
# cachelib 0.17.0: in a full cache what never expires goes first, in SimpleCache all of it at once.
# Guess: timeout=0, "never expires", outlives entries of ten minutes; a cache for 100 entries holds about 100.
# Seen: past its threshold SimpleCache drops every entry with timeout=0 as if it had expired in 1970; those of ten minutes
#   stay. With default_timeout=0 a cache for 100 holds one after the 102nd. FileSystemCache drops them one by one, but first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cachelib==0.17.0
"$folder/venv/bin/python" - "$folder/files" <<'PY'
import sys

from cachelib import FileSystemCache, SimpleCache

entries = {"terms": 0, "palette": 0, "picture-1": 600, "picture-2": 600, "picture-3": 600, "picture-4": 600}
seen = {}
for cache in SimpleCache(threshold=4), FileSystemCache(sys.argv[1], threshold=4):
    for name, timeout in entries.items():
        cache.set(name, name, timeout=timeout)
    seen[type(cache).__name__] = [name for name in entries if cache.get(name) is None]
print("gone of", entries, "->", seen)
assert seen == {"SimpleCache": ["terms", "palette"], "FileSystemCache": ["terms"]}

cache = SimpleCache(threshold=100, default_timeout=0)
held = []
for number in range(1, 104):
    cache.set(f"picture-{number}", number)
    held.append(sum(cache.has(f"picture-{n}") for n in range(1, number + 1)))
print("held after 100, 101, 102, 103 entries:", held[-4:])
assert held[-4:] == [100, 101, 1, 2]
PY
