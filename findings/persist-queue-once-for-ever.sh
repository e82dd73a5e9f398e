#!/usr/bin/env bash
# persist-queue 1.1.0: what a UniqueAckQ has had once it never takes again.
# Guess: UniqueAckQ refuses what already waits; once "cat" has been got and acknowledged, the next "cat" is queued, as in UniqueQ once
#   it has been got.
# Seen: the second "cat" is dropped: put() returns None without an error, and the queue stays empty, after the file is opened again too.
#   The same holds for what was given up with ack_failed. clear_acked_data() does not help: it keeps the newest thousand.
#   Who asks each day for the same picture gets it on the first day.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet persist-queue==1.1.0
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys

import persistqueue


def painted(queue, days, *, clear=None):
    """Ask for a cat each day and paint whatever waits; return what was painted on each day, None for nothing."""
    result = []
    for _ in range(days):
        queue.put("cat")
        try:
            wish = queue.get(block=False)
        except persistqueue.Empty:
            wish = None
        else:
            if hasattr(queue, "ack"):
                queue.ack(wish)
        if clear is not None:
            queue.clear_acked_data(**clear)
        result.append(wish)
    return result


plain = painted(persistqueue.SQLiteAckQueue(f"{sys.argv[1]}/plain"), 3)
unique = painted(persistqueue.UniqueQ(f"{sys.argv[1]}/unique", auto_commit=True), 3)
once = painted(persistqueue.UniqueAckQ(f"{sys.argv[1]}/once"), 3)
again = painted(persistqueue.UniqueAckQ(f"{sys.argv[1]}/once"), 1)
cleared = painted(persistqueue.UniqueAckQ(f"{sys.argv[1]}/cleared"), 3, clear={})
emptied = painted(persistqueue.UniqueAckQ(f"{sys.argv[1]}/emptied"), 3, clear={"keep_latest": 0})
print("SQLiteAckQueue:", plain, "UniqueQ:", unique)
print("UniqueAckQ:", once, "opened again:", again, "with clear_acked_data():", cleared, "with keep_latest=0:", emptied)
assert plain == unique == emptied == ["cat"] * 3, (plain, unique, emptied)
assert once == cleared == ["cat", None, None] and again == [None], (once, cleared, again)

queue = persistqueue.UniqueAckQ(f"{sys.argv[1]}/failed")
first = queue.put("cat")
queue.ack_failed(queue.get())
second = queue.put("cat")
print("put() returns", first, "and, when the first has failed for good,", second, "with", queue.size, "waiting")
assert (first, second, queue.size) == (1, None, 0)
PY
