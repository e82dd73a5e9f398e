#!/usr/bin/env bash
# rq 3.0.0: a second job with the id of a waiting one is neither refused nor put in its place.
# Guess: with job_id="room-1" for each room, a second wish replaces the first, or is ignored, or is an error.
# Seen: the id is in the queue twice and its data are the second's: the second wish is painted twice, the first never,
#   and both handles give the second picture. Once due, a scheduled job paints another's wish too. Only unique=True refuses.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet rq==3.0.0 "fakeredis[lua]==2.41.0" redis==8.1.0
cat >"$folder/studio.py" <<'PY'
painted = []


def paint(wish):
    painted.append(wish)
    return f"picture of {wish}"
PY
cd "$folder"
PYTHONPATH="$folder" "$folder/venv/bin/python" - <<'PY'
from datetime import timedelta

from fakeredis import FakeStrictRedis
from rq import Queue, SimpleWorker
from rq.exceptions import DuplicateJobError
from studio import paint, painted

redis = FakeStrictRedis()
queue = Queue(connection=redis)


def work():
    painted.clear()
    SimpleWorker([queue], connection=redis).work(burst=True, logging_level="ERROR")
    return list(painted)


first = queue.enqueue(paint, "a cat", job_id="room-1")
second = queue.enqueue(paint, "a dog", job_id="room-1")
print("queued:", queue.job_ids)
assert queue.job_ids == ["room-1", "room-1"]
seen = work()
print("painted:", seen, "results:", first.return_value(), "/", second.return_value())
assert seen == ["a dog", "a dog"]
assert first.return_value() == second.return_value() == "picture of a dog"

queue.enqueue_in(timedelta(hours=1), paint, "a cake at eight", job_id="room-2")
queue.enqueue(paint, "a fox", job_id="room-2")
seen = work()
scheduled = [queue.fetch_job(i).args for i in queue.scheduled_job_registry.get_job_ids()]
print("painted:", seen, "still scheduled:", scheduled)
assert seen == ["a fox"] and scheduled == [("a fox",)]

queue.enqueue(paint, "a cat", job_id="room-3", unique=True)
try:
    queue.enqueue(paint, "a dog", job_id="room-3", unique=True)
except DuplicateJobError as error:
    print("unique:", error)
else:
    raise SystemExit("changed: unique=True takes the second")
assert work() == ["a cat"]
PY
