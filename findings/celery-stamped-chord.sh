#!/usr/bin/env bash
# celery 5.7.0: to stamp a chord stamps its pictures and not the task that comes after them, so revoking by the stamp lets that one run.
# Guess: chord.stamp(room="1") stamps every task of it, as chain.stamp and group.stamp do, and as a visitor that returns the same stamp does.
# Seen: the body has no stamp. revoke_by_stamped_headers({"room": "1"}) revokes all of a chain; of a chord that waits for its last picture
#   the body is run. No error, no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet celery==5.7.0
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging
import threading
import time

from celery import Celery, chain, chord, group
from celery.canvas import StampingVisitor
from celery.contrib.testing.worker import start_worker

logging.disable()
app = Celery("painter", broker="memory://", backend="cache+memory://")
app.conf.worker_hijack_root_logger = False
ran, begun, go_on = [], threading.Event(), threading.Event()


@app.task(name="paint", bind=True)
def paint(self, *args):
    ran.append(("paint", self.request.stamps))
    begun.set()
    go_on.wait(20)


@app.task(name="send", bind=True, ignore_result=False)
def send(self, *args):
    ran.append(("send", self.request.stamps))


@app.task(name="ping")
def ping():
    pass


class Visitor(StampingVisitor):
    def __init__(self, room):
        self.room = room

    def on_signature(self, sig, **headers):
        return {"room": self.room}


def run(work, revoked=None):
    """Run a work, revoke that of a room while it is painted; return what ran with which stamps."""
    ran.clear()
    begun.clear()
    go_on.clear()
    work.delay()
    assert begun.wait(20)
    if revoked:
        app.control.revoke_by_stamped_headers({"room": [revoked]})
        time.sleep(2)
    go_on.set()
    time.sleep(2)
    ping.delay().get(timeout=20)
    return [(name, {key: set(value) for key, value in (stamps or {}).items() if key == "room"}) for name, stamps in ran]


WORKS = {
    "chain": lambda: chain(paint.s(), send.s()),
    "group": lambda: group(paint.s(), send.s()),
    "chord": lambda: chord([paint.s()], send.s()),
}
STAMPED = {"room": {"1"}}
with start_worker(app, pool="threads", concurrency=1, perform_ping_check=False):
    seen = {}
    for name, make in WORKS.items():
        for stamp in ("room", "visitor"):
            work = make()
            work.stamp(room="1") if stamp == "room" else work.stamp(Visitor("1"))
            seen[name, stamp] = run(work)
            print(f"{name} stamped by {stamp}:", seen[name, stamp])
    left = {}
    for name, stamp in (("chain", "room"), ("chord", "visitor"), ("chord", "room")):
        work, room = WORKS[name](), f"{name} by {stamp}"
        work.stamp(room=room) if stamp == "room" else work.stamp(Visitor(room))
        left[room] = [task for task, _ in run(work, revoked=room)]
        print(f"{room}, revoked while it painted, ran:", *left[room])
assert seen.pop(("chord", "room")) == [("paint", STAMPED), ("send", {})]
assert all(found == [("paint", STAMPED), ("send", STAMPED)] for found in seen.values()), seen
assert left == {"chain by room": ["paint"], "chord by visitor": ["paint"], "chord by room": ["paint", "send"]}, left
PY
