"""Webhooks while slow clients hold connections: the web process as it is, beside plain gthread.

A third of the clients send the head of a request byte by byte, a third a body, and a third ask for
a large picture and take a little of it at a time. Whoever is cut off connects again.
"""

from __future__ import annotations

import argparse
import secrets
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial

from benchmarks.house import MeasuredHouse, house
from benchmarks.load import HOST, request, webhook
from benchmarks.report import Report
from bot.storage.base import new_key, new_secret
from tests.scenarios.house import House
from tests.scenarios.processes import Process, eventually, free_ports

CLIENTS, SECONDS, RATE = 200, 60.0, 4.0  # slow clients; seconds of one turn; webhooks a second
LIMIT = 2.0  # seconds in which LINE shall have its answer
PICTURE_BYTES = 8 * 1024 * 1024  # more than a kernel keeps for a socket
_APP = "gunicorn -c python:bot.gunicorn_conf {options} 'bot.app:create_app()'"
SERVERS = {
    "web": "",
    "gthread, 8 threads": "-k gthread",
    "gthread, 256 threads": "-k gthread --threads 256",
}


@dataclass(frozen=True)
class Outcome:
    """Webhooks that were sent, those answered 200 within LIMIT, and each one's seconds."""

    sent: int
    answered: int
    seconds: list[float]


def run(*, clients: int = CLIENTS, seconds: float = SECONDS, rate: float = RATE) -> Report:
    """Measure each server in turn."""
    report = Report("slow_clients")
    report.notes.append(f"{clients} slow clients for {seconds:g} s, {rate:g} webhooks a second")
    with house("broker") as place:
        picture = store_picture(place)
        for name, options in SERVERS.items():
            load = partial(send_webhooks, secret=place.secret, seconds=seconds, rate=rate)
            slow = partial(start_slow_clients, place, clients, seconds + 10, picture)
            outcome = _one_server(place, options, slow, load)
            share = 100 * outcome.answered / outcome.sent
            is_ours = name == "web"
            bound = 100.0 if is_ours else None
            report.add(f"{name}: answered within {LIMIT:g} s", share, "%", at_least=bound)
            slowest = max(outcome.seconds)
            bound = LIMIT if is_ours else None
            report.add(f"{name}: slowest", slowest, "s", at_most=bound)
            report.raw[name] = asdict(outcome)
    return report


def store_picture(place: House) -> str:
    """Put a large file among the pictures, and return its path at the web process."""
    key = new_key(new_secret(), 0, "original", "png")
    path = place.pictures_dir / key
    path.parent.mkdir(parents=True)
    path.write_bytes(secrets.token_bytes(PICTURE_BYTES))
    return f"/pictures/{key}"


def _one_server(
    place: MeasuredHouse,
    options: str,
    slow: Callable[[int], subprocess.Popen[bytes]],
    load: Callable[[int], Outcome],
) -> Outcome:
    (port,) = free_ports(1)
    command = _APP.format(options=options)
    web = Process("web", command, {**place.env, "PORT": str(port)}, place.folder)
    web.start()
    clients = None
    try:
        ready = f"http://{HOST}:{port}/readyz"
        eventually("web serves", lambda: _answers(place, ready), 60.0)
        clients = slow(port)
        time.sleep(2.0)  # until all of them are connected
        return load(port)
    finally:
        if clients is not None:
            clients.kill()
            clients.wait()
        web.kill()


def _answers(place: MeasuredHouse, url: str) -> bool:
    with suppress(OSError):
        return place.get(url)[0] == 200
    return False


def start_slow_clients(
    place: House, clients: int, seconds: float, picture: str, port: int
) -> subprocess.Popen[bytes]:
    """Start the slow clients, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.slow_clients", "--port", str(port)]
    command += ["--clients", str(clients), "--seconds", str(seconds), "--picture", picture]
    return subprocess.Popen(command, env=place.env, cwd=place.folder)


def send_webhooks(port: int, secret: str, seconds: float, rate: float) -> Outcome:
    """Send webhooks at a fixed rate, each by a connection of its own."""
    count = max(1, round(seconds * rate))
    start = time.monotonic()

    def send(number: int) -> float:
        time.sleep(max(0.0, start + number / rate - time.monotonic()))
        since = time.monotonic()
        with suppress(OSError), socket.create_connection((HOST, port), timeout=4 * LIMIT) as sock:
            sock.sendall(request(secret, webhook()))
            if sock.recv(4096).startswith(b"HTTP/1.1 200"):
                return time.monotonic() - since
        return max(time.monotonic() - since, 4 * LIMIT)

    with ThreadPoolExecutor(64) as pool:
        times = list(pool.map(send, range(count)))
    return Outcome(
        count, sum(seconds <= LIMIT for seconds in times), [round(seconds, 4) for seconds in times]
    )


class _SlowClient:
    """One of them: a step a second, and a new connection when it was cut off."""

    def __init__(self, port: int, data: bytes, at_once: int, selector: selectors.BaseSelector):
        self._port, self._data, self._at_once = port, data, at_once
        self._selector = selector
        self._socket: socket.socket | None = None
        self._sent = 0

    def step(self) -> None:
        """Send one byte more, or take a little of the answer; begin anew if that fails."""
        try:
            if self._socket is None:
                self._connect()
            elif self._sent < len(self._data):
                self._socket.send(self._data[self._sent : self._sent + 1])
                self._sent += 1
            elif not self._socket.recv(512):
                raise ConnectionError("cut off")
        except BlockingIOError:
            pass
        except OSError:
            self.drop()

    def on_readable(self) -> None:
        """Find out whether it was cut off, while it still sends."""
        if self._socket is not None and self._sent < len(self._data):
            self.drop()

    def _connect(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.settimeout(2.0)
        self._socket.connect((HOST, self._port))
        self._socket.setblocking(False)
        self._sent = self._at_once
        self._socket.send(self._data[: self._at_once])
        if self._sent < len(self._data):
            self._selector.register(self._socket, selectors.EVENT_READ, self.on_readable)

    def drop(self) -> None:
        """Hang up."""
        if self._socket is not None:
            with suppress(KeyError, ValueError):
                self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None


def be_slow(port: int, clients: int, seconds: float, picture: str) -> None:
    """Hold connections for so many seconds."""
    head = b"POST /callback HTTP/1.1\r\nHost: slow\r\n"
    kinds = (
        (head + b"X-Padding: " + b"x" * 4000, 1),
        (head + b"Content-Length: 4000\r\n\r\n" + b"x" * 4000, len(head) + 24),
        (f"GET {picture} HTTP/1.1\r\nHost: slow\r\n\r\n".encode(), 10_000),
    )
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        everybody = []
        for number in range(clients):
            data, at_once = kinds[number % len(kinds)]
            everybody.append(_SlowClient(port, data, min(at_once, len(data)), selector))
        while (current := time.monotonic()) < end:
            for client in everybody:
                client.step()
            while (left := current + 1.0 - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    on_readable: Callable[[], None] = key.data
                    on_readable()


def main() -> int:
    """Be the slow clients of a web process on this machine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slow_clients", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--picture", default="/terms", help="the path that the readers ask for")
    options = parser.parse_args()
    if not 1 <= options.clients <= 1000 or options.seconds > 600:
        parser.error("at most 1000 clients for at most 600 seconds")
    be_slow(options.port, options.clients, options.seconds, options.picture)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
