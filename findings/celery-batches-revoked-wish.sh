#!/usr/bin/env bash
# celery-batches 0.11, celery 5.6.3: a wish that was revoked, or whose time is over, is painted all the same.
# Guess: a task of the class Batches is revoked, expires and fails as other tasks do; only its calls come together.
# Seen: revoke() and expires are not looked at: such calls are in the batch beside the good ones, and end as SUCCESS where a plain
#   task is REVOKED. When a batch raises, autoretry_for is not heard, and its calls stay PENDING for ever, not FAILURE: who waits
#   for a result waits on. countdown is kept.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet celery-batches==0.11 celery==5.6.3
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging
import time

from celery import Celery
from celery.contrib.testing.worker import start_worker
from celery_batches import Batches

logging.disable()
app = Celery("painter", broker="memory://", backend="cache+memory://")
app.conf.update(worker_prefetch_multiplier=0, worker_hijack_root_logger=False)
painted, tries = [], []


@app.task(name="paint")
def paint(wish):
    painted.append(f"{wish}, alone")


@app.task(name="paint_batch", base=Batches, flush_every=100, flush_interval=1)
def paint_batch(requests):
    for request in requests:
        painted.append(f"{request.args[0]}, in a batch")
        app.backend.mark_as_done(request.id, None, request=request)


retried = {"autoretry_for": (ValueError,), "default_retry_delay": 0.1, "max_retries": 2}


@app.task(name="fail", **retried)
def fail(wish):
    tries.append("alone")
    raise ValueError(wish)


@app.task(name="fail_batch", base=Batches, flush_every=100, flush_interval=1, **retried)
def fail_batch(requests):
    tries.append("in a batch")
    raise ValueError(requests)


def called(task, failing):
    """Call a task for five wishes, one of which expires in a second."""
    return {
        "good": task.delay("good"),
        "expired": task.apply_async(("expired",), expires=1),
        "revoked": task.apply_async(("revoked",), countdown=6),
        "later": task.apply_async(("later",), countdown=6),
        "failing": failing.delay("failing"),
    }


calls = called(paint, fail), called(paint_batch, fail_batch)
time.sleep(1.5)  # before a worker has time
with start_worker(app, perform_ping_check=False, pool="solo"):
    for results in calls:
        results["revoked"].revoke()  # before its time has come
    ended = time.time() + 60
    while time.time() < ended and not (all(results["later"].ready() for results in calls) and tries.count("alone") == 3):
        time.sleep(0.2)
    time.sleep(3)  # a batch may come yet
states = [{name: result.state for name, result in results.items()} for results in calls]
print("painted:", *painted, sep="\n  ")
print("tries of what fails:", tries)
print("alone:     ", states[0], "\nin a batch:", states[1])
assert sorted(painted) == [
    "expired, in a batch",
    "good, alone",
    "good, in a batch",
    "later, alone",
    "later, in a batch",
    "revoked, in a batch",
], painted
assert (tries.count("alone"), tries.count("in a batch")) == (3, 1), tries
done = {"good": "SUCCESS", "later": "SUCCESS"}
assert states[0] == done | {"revoked": "REVOKED", "expired": "REVOKED", "failing": "FAILURE"}, states[0]
assert states[1] == done | {"revoked": "SUCCESS", "expired": "SUCCESS", "failing": "PENDING"}, states[1]
PY
