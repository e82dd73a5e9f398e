#!/usr/bin/env bash
# kombu 5.7.0: the filesystem transport hands out messages by the names of their files, which do not tell the order.
# Guess: filesystem:// gives messages back in the order in which they were sent, as the memory, Redis and SQL transports do.
# Seen: a name is the milliseconds since the machine started, then something random, and names are sorted as text. What is sent within
#   one millisecond comes in random order, so fifty wishes in a row are shuffled. When the number gets a digit more, as 2 hours 46 minutes
#   after the start, what is sent then overtakes all that wait (shown here with the clock set to that moment).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet kombu==5.7.0 sqlalchemy==2.1.9
"$folder/venv/bin/python" - "$folder" <<'PY'
import itertools
import sys
from pathlib import Path

from kombu import Connection
from kombu.transport import filesystem

COUNT = 200


def connection(name):
    if name != "filesystem://":
        return Connection(name)
    messages = Path(sys.argv[1], "messages")
    messages.mkdir(exist_ok=True)
    folders = {"data_folder_in": str(messages), "data_folder_out": str(messages), "control_folder": str(messages / "control")}
    return Connection(name, transport_options=folders)


def order(name, count):
    """Send so many numbered messages to a queue of one transport and return them as they are received."""
    with connection(name) as connected:
        queue = connected.SimpleQueue("wishes")
        for number in range(count):
            queue.put(number)
        received = []
        for _ in range(count):
            message = queue.get(timeout=10)
            received.append(message.payload)
            message.ack()
        return received


for name in ("memory://", f"sqla+sqlite:///{sys.argv[1]}/wishes.db"):
    assert order(name, COUNT) == list(range(COUNT)), name
received = order("filesystem://", COUNT)
overtaken = sum(later < earlier for earlier, later in itertools.pairwise(received))
print("sent 0, 1, 2 and so on, received", *received[:30], f"...: {overtaken} of {COUNT} before one that was sent earlier")
assert sorted(received) == list(range(COUNT)) and overtaken > 0, overtaken

seconds = iter([9_999.0, 9_999.5, 10_000.5, 10_001.0])
filesystem.monotonic = lambda: next(seconds)
received = order("filesystem://", 4)
print("sent 0 and 1 shortly before 10,000 seconds after the start, 2 and 3 shortly after: received", *received)
assert received == [2, 3, 0, 1], received
PY
