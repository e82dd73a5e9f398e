#!/usr/bin/env bash
# celery 5.7.0: what is given to apply_async of a chain is for its first task alone; a group and a chord hand it on to each of theirs.
# Guess: chain(paint, enlarge, send).apply_async(queue="gpu", priority=7, expires=600) sends three tasks to gpu that expire in ten minutes,
#   as a group and a chord of the same tasks do, the chord its callback too.
# Seen: paint goes to gpu; enlarge and send go to the default queue, without a priority, and never expire. Where the workers listen to
#   gpu alone, the picture is painted and never sent. No warning. Options set on each signature, as below for comparison, are kept.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet celery==5.7.0
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging
import time

from celery import Celery, chain, chord, group
from celery.contrib.testing.worker import start_worker
from celery.signals import before_task_publish

logging.disable()
app = Celery("painter", broker="memory://", backend="cache+memory://")
app.conf.update(worker_hijack_root_logger=False)
OPTIONS = {"queue": "gpu", "priority": 7, "expires": 600}
ALL, NONE = ("gpu", 7, True), ("celery", None, False)
sent, done = {}, []


@before_task_publish.connect
def keep(sender, routing_key, properties, headers, **_):
    sent[sender] = (routing_key, properties.get("priority"), headers["expires"] is not None)


def step(name):
    @app.task(name=name)
    def task(*_):
        done.append(name)
        return name

    return task


paint, enlarge, send = step("paint"), step("enlarge"), step("send")


def ran(call):
    """Return queue, priority and whether it expires, of each of the three messages."""
    sent.clear()
    call().get(timeout=60)
    return dict(sent)


with start_worker(app, perform_ping_check=False, pool="solo", queues=["gpu", "celery"]):
    steps = [task.s().set(**OPTIONS) for task in (paint, enlarge, send)]
    seen = {
        "chain": ran(lambda: chain(paint.s(), enlarge.s(), send.s()).apply_async(**OPTIONS)),
        "group": ran(lambda: group(paint.s(), enlarge.s(), send.s()).apply_async(**OPTIONS)),
        "chord": ran(lambda: chord([paint.s(), enlarge.s()], send.s()).apply_async(**OPTIONS)),
        "chain of set ones": ran(lambda: chain(*steps).apply_async()),
    }
for name, messages in seen.items():
    print(f"{name}: {messages}")
assert seen.pop("chain") == {"paint": ALL, "enlarge": NONE, "send": NONE}
assert all(messages == {"paint": ALL, "enlarge": ALL, "send": ALL} for messages in seen.values()), seen

done.clear()
with start_worker(app, perform_ping_check=False, pool="solo", queues=["gpu"]):
    result = chain(paint.s(), enlarge.s(), send.s()).apply_async(**OPTIONS)
    ended = time.time() + 60
    while not result.parent.parent.ready() and time.time() < ended:
        time.sleep(0.1)
    time.sleep(3)
    print("with workers for gpu alone:", done, result.parent.parent.state, result.parent.state, result.state)
    assert done == ["paint"] and result.state == "PENDING"
PY
