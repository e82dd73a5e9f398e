#!/usr/bin/env bash
# rq 3.0.0: jobs that its new rate limit holds back are no queue: not in their order, and not emptied.
# Guess: RateLimit("room-1", 1) runs one after the other, first come, first served; queue.empty() drops those that wait.
# Seen: those of one second run in the order of their ids, which are random unless given: the wish sent last comes before the
#   others. empty() and delete() say 1 of four is gone, and the next worker paints the other three.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet rq==3.0.0 "fakeredis[lua]==2.41.0" redis==8.1.0
cat >"$folder/studio.py" <<'PY'
painted = []


def paint(wish):
    painted.append(wish)
PY
PYTHONPATH="$folder" "$folder/venv/bin/python" - <<'PY'
import time

from fakeredis import FakeServer, FakeStrictRedis
from rq import Queue, SimpleWorker
from rq.rate_limit import RateLimit
from studio import paint, painted

wishes = {"d": "a cat", "c": "with a hat", "b": "a blue one", "a": "thank you"}


def ask(**more):
    """Queue all wishes within one second of the clock."""
    while True:
        queue = Queue(connection=FakeStrictRedis(server=FakeServer()))
        second = int(time.time())
        jobs = [queue.enqueue(paint, wish, job_id=name, **more) for name, wish in wishes.items()]
        if int(time.time()) == second:
            return queue, [job.get_status().value for job in jobs]


def work(queue):
    painted.clear()
    SimpleWorker([queue], connection=queue.connection).work(burst=True, logging_level="ERROR")
    return list(painted)


queue, status = ask()
seen = work(queue)
print("without a limit:", status, seen)
assert seen == list(wishes.values())

limit = RateLimit("room-1", 1)
queue, status = ask(rate_limit=limit)
seen = work(queue)
print("with a limit:", status, seen)
assert status == ["queued", "rate_limited", "rate_limited", "rate_limited"]
assert seen == ["a cat", "thank you", "a blue one", "with a hat"]

for empty in "empty", "delete":
    queue, _ = ask(rate_limit=limit)
    said = getattr(queue, empty)()
    left = len(queue)
    seen = work(queue)
    print(f"after {empty}(), which said {said}: {left} in the queue, then painted:", seen)
    assert left == 0 and sorted(seen) == ["a blue one", "thank you", "with a hat"]
PY
