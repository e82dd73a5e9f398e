#!/usr/bin/env bash
# huey 3.5.4: a task that expires after 30 seconds starts anew, with 30 more, each time it is tried again.
# Guess: expires=30 means that nothing is run later than 30 seconds after the call, as a reply token of LINE needs.
# Seen: with retries and a retry_delay of 20 seconds it runs at 0, 20, 40, 60, 80 and 100 seconds; held back by rate_limit(),
#   at 180. Called with delay=60 it runs after 60. The time counts from when it last entered the queue, and each retry and
#   the scheduler put it there once more. A datetime as expires is kept: that runs at 0 and 20, and late ones not at all.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet huey==3.5.4
TZ=UTC "$folder/venv/bin/python" - <<'PY'
import logging
from datetime import datetime, timedelta
from types import SimpleNamespace
from unittest import mock

from huey import MemoryHuey

logging.disable()
start = now = datetime(2026, 12, 1)
clock = SimpleNamespace(time=lambda: (now - datetime(1970, 1, 1)).total_seconds(), monotonic=lambda: 0.0)


def consume(huey, seconds):
    """Do what the consumer's scheduler and its worker do, once a second of a clock of our own."""
    global now
    while now < start + timedelta(seconds=seconds):
        for task in huey.read_schedule(now):
            huey.enqueue(task)
        while (task := huey.dequeue()) is not None:
            huey.execute(task, now)
        now += timedelta(seconds=1)


def runs(ask, fails=False, limit=None, **options):
    """Give the seconds at which the task runs."""
    global now
    now, seen, huey = start, [], MemoryHuey()

    def reply(wish):
        seen.append(int((now - start).total_seconds()))
        if fails:
            raise OSError("LINE does not answer")

    limited = huey.rate_limit("replies", 1, limit)(reply) if limit else reply
    ask(huey.task(**options)(limited))
    consume(huey, 300)
    return seen


def three(reply):
    for wish in "cat", "dog", "cow":
        reply(wish)


at = start + timedelta(seconds=30)
again = {"fails": True, "retries": 5, "retry_delay": 20}
patches = {"huey.utils.utcnow": lambda: now, "huey.api.utcnow": lambda: now, "huey.api.time": clock}
for name, instead in patches.items():
    mock.patch(name, instead).start()
seen = {
    "retried, 30 seconds": runs(lambda reply: reply("cat"), expires=30, **again),
    "retried, a datetime": runs(lambda reply: reply("cat", expires=at), **again),
    "one in 90 seconds, 30 seconds": runs(three, limit=90, expires=30),
    "one in 90 seconds, a datetime": runs(three, limit=90, expires=at),
    "delay=60, 30 seconds": runs(lambda reply: reply.schedule(("cat",), delay=60, expires=30)),
    "delay=60, a datetime": runs(lambda reply: reply.schedule(("cat",), delay=60, expires=at)),
}
for name, seconds in seen.items():
    print(f"{name}: runs at {seconds}")
assert list(seen.values()) == [[0, 20, 40, 60, 80, 100], [0, 20], [0, 90, 180], [0], [60], []], seen
PY
