#!/usr/bin/env bash
# litequeue 0.9: a queue's file keeps the maxsize with which it was first opened.
# Guess: LiteQueue("queue.db", maxsize=5) lets at most five messages wait, whatever it was opened with before, or refuses another value.
# Seen: the limit is a trigger in the file that is never replaced: opened with 100 once, it takes 100 under maxsize=5 while full() is True, and
#   opened with 5 once it refuses the sixth under 100 and under no limit. What is handed out and handed back is not counted: two fives wait.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet litequeue==0.9
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import sqlite3

from litequeue import LiteQueue


def taken(name, *limits):
    """Open a file with one limit after the other; return how many of 20 messages the last takes, and its limit and full()."""
    for limit in limits:
        queue = LiteQueue(f"{name}.db", maxsize=limit)
        if limit is not limits[-1]:
            queue.close()
    count = 0
    for number in range(20):
        try:
            queue.put(f"wish {number}")
            count += 1
        except sqlite3.IntegrityError:
            break
    return count, queue.maxsize, queue.full()


seen = {
    "5": taken("five", 5),
    "none, then 5": taken("none_then_five", None, 5),
    "100, then 5": taken("hundred_then_five", 100, 5),
    "5, then 100": taken("five_then_hundred", 5, 100),
    "5, then none": taken("five_then_none", 5, None),
}
for name, (count, limit, full) in seen.items():
    print(f"opened with {name}: takes {count} of 20; maxsize is {limit}, full: {full}")
assert seen["5"] == seen["none, then 5"] == (5, 5, True)
assert seen["100, then 5"] == (20, 5, True)
assert seen["5, then 100"] == (5, 100, False)
assert seen["5, then none"] == (5, None, False)

queue = LiteQueue("back.db", maxsize=5)
for _ in range(2):
    for number in range(5):
        queue.put(f"wish {number}")
    held = [queue.pop() for _ in range(5)] if queue.full() and queue.qsize() == 5 else []
    if held:
        first = held
for message in first:
    queue.retry(message.message_id)
print("five handed back to a full queue of five: waiting", queue.qsize())
assert queue.qsize() == 10
PY
