#!/usr/bin/env bash
# celery 5.7.0: chunks() of a task leaves out its queue, its retries, its priority and its expiry.
# Guess: paint.chunks(wishes, 2) runs the task paint twice in each message, as the task is set: on its queue, tried again, expiring.
# Seen: the message is of another task, celery.starmap, which goes to the default queue with nothing of what was set for paint. A
#   lost connection, which autoretry_for would try again, fails the whole chunk at once: its good pictures have no result either.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet celery==5.7.0
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging
import time

from celery import Celery
from celery.contrib.testing.worker import start_worker
from celery.signals import before_task_publish

logging.disable()
app = Celery("painter", broker="memory://", backend="cache+memory://")
app.conf.update(worker_hijack_root_logger=False, task_routes={"paint": {"queue": "gpu"}})
WISHES = ["cat", "dog", "bird", "fish"]
painted, sent = [], []


@before_task_publish.connect
def keep(sender, routing_key, properties, headers, **_):
    sent.append((sender, routing_key, properties.get("priority"), headers["expires"] is not None))


@app.task(
    name="paint", priority=7, expires=600, autoretry_for=(ConnectionError,), max_retries=3, default_retry_delay=0.1
)
def paint(wish):
    painted.append(wish)
    if wish == "dog" and painted.count("dog") == 1:
        raise ConnectionError("lost once")
    return f"a {wish}"


def ran(call):
    """Return what was sent and painted, and each result."""
    painted.clear()
    sent.clear()
    results = call()
    first = sent[0]
    ended = time.time() + 60
    while time.time() < ended and not all(result.ready() for result in results):
        time.sleep(0.1)
    return first, list(painted), [result.result if result.successful() else result.state for result in results]


with start_worker(app, perform_ping_check=False, pool="solo", queues=["gpu", "celery"]):
    alone = ran(lambda: [paint.delay(wish) for wish in WISHES])
    chunks = ran(lambda: paint.chunks([(wish,) for wish in WISHES], 2).apply_async().results)
for name, (message, wishes, results) in (("each alone", alone), ("in chunks", chunks)):
    print(f"{name}: {message}, painted {wishes}, results {results}")
assert alone[0] == ("paint", "gpu", 7, True), alone[0]
assert sorted(alone[1]) == sorted([*WISHES, "dog"]) and alone[2] == [f"a {wish}" for wish in WISHES], alone
assert chunks[0] == ("celery.starmap", "celery", None, False), chunks[0]
assert chunks[1] == WISHES and chunks[2] == ["FAILURE", ["a bird", "a fish"]], chunks
PY
