"""Load generator: webhooks over a few kept-alive connections, from one thread without waiting."""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import selectors
import socket
import sys
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass

from bot.intent.corpus import sentences
from bot.line.signature import sign

HOST = "127.0.0.1"
MOST, LONGEST = 10_000, 120.0  # requests, seconds
WISH = "夜の富士山、浮世絵風"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Outcome:
    """Result of a load.

    seconds: first byte sent to last answer read. latencies: ms a request, in order of answer; with
    a rate they count from the due time, so that waiting for a slow server counts.
    """

    seconds: float
    cpu_seconds: float
    statuses: dict[str, int]
    latencies: list[float]


def wishes(count: int) -> list[str]:
    """Return so many wishes of the corpus as people would send them, hardly two alike in a row: a
    courier remembers what it has just read."""
    written = [each.text for each in sentences() if each.source == "wish.tsv"]
    different = random.Random(1).sample(written, len(written))
    return (different * (count // len(different) + 1))[:count]


def webhook(text: str = WISH) -> bytes:
    """Return a webhook body as LINE encodes it: a prompt of a new user."""
    number = str(secrets.randbelow(10**17))
    event = {
        "type": "message",
        "message": {
            "type": "text",
            "id": number.zfill(18),
            "quoteToken": secrets.token_urlsafe(64),
            "text": text,
        },
        "webhookEventId": "01" + "".join(secrets.choice(_ALPHABET) for _ in range(24)),
        "deliveryContext": {"isRedelivery": False},
        "timestamp": time.time_ns() // 1_000_000,
        "source": {"type": "user", "userId": "U" + secrets.token_hex(16)},
        "replyToken": secrets.token_hex(16),
        "mode": "active",
    }
    body = {"destination": "U" + "0" * 32, "events": [event]}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def request(secret: str, body: bytes) -> bytes:
    """Return the bytes of a POST /callback with LINE's headers."""
    head = (
        f"POST /callback HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: LineBotWebhook/2.0\r\n"
        f"Content-Type: application/json; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        f"x-line-signature: {sign(secret, body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


class _Connection:
    """One request at a time on one socket."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.since = 0.0
        self._read = b""

    def send(self, data: bytes, since: float) -> None:
        self.since = since
        self._read = b""
        self.socket.sendall(data)

    def status(self) -> str | None:
        """Read what has arrived. Returns the status once the answer is complete, else None."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError(f"The server hung up after {self._read[:200]!r}.")
        self._read += part
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end:
            return None
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        return head[9:12].decode() if len(body) >= int(length) else None


def drive(port: int, requests: list[bytes], connections: int, rate: float | None) -> Outcome:
    """Send all requests: on each connection one after the other, or at `rate` a second in all.

    Raises ConnectionError if the server hangs up, TimeoutError if it takes too long.
    """
    everybody = [_Connection(port) for _ in range(connections)]
    try:
        return _drive(everybody, requests, rate)
    finally:
        for connection in everybody:
            connection.socket.close()


def _drive(everybody: list[_Connection], requests: list[bytes], rate: float | None) -> Outcome:
    free = deque(everybody)
    statuses: Counter[str] = Counter()
    latencies: list[float] = []
    sent = 0
    cpu, start = time.process_time(), time.perf_counter()
    with selectors.SelectSelector() as selector:  # its timeouts are exact; there are few sockets
        for connection in everybody:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        while len(latencies) < len(requests):
            current = time.perf_counter()
            if current - start > LONGEST:
                raise TimeoutError(f"{len(latencies)} of {len(requests)} answered in {LONGEST} s.")
            due = current
            while free and sent < len(requests):
                due = start + sent / rate if rate else current
                if due > current:
                    break
                free.popleft().send(requests[sent], due)
                sent += 1
            pause = max(0.0, due - current) if free and sent < len(requests) else 1.0
            for key, _ in selector.select(pause):
                status = key.data.status()
                if status is not None:
                    latencies.append(round((time.perf_counter() - key.data.since) * 1000, 3))
                    statuses[status] += 1
                    free.append(key.data)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return Outcome(seconds, cpu, dict(statuses), latencies)


def main() -> int:
    """Create the webhooks, send them, print the outcome."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, default=800)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rate", type=float, help="requests a second; without it, all it takes")
    options = parser.parse_args()
    if not 1 <= options.count <= MOST or not 1 <= options.connections <= 64:
        parser.error(f"at most {MOST} requests over at most 64 connections")
    secret = os.environ["LINE_CHANNEL_SECRET"]
    requests = [request(secret, webhook(text)) for text in wishes(options.count)]
    outcome = drive(options.port, requests, options.connections, options.rate)
    json.dump(asdict(outcome), sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
