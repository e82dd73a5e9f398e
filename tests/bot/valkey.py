"""A real Valkey server for tests, on a port of its own, with nothing kept on disk."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis, RedisError

from scripts.broker import command


class Valkey:
    """The server: it can be stopped and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = Redis.from_url(self.url, decode_responses=True)
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._running = subprocess.Popen(command(self.port, self.folder))
        deadline = time.monotonic() + 30
        while True:
            try:
                self.client.ping()
                return
            except RedisError:
                assert time.monotonic() < deadline, "Valkey does not answer"
                time.sleep(0.02)

    def stop(self) -> None:
        """End it at once."""
        if self._running is not None:
            self._running.kill()
            self._running.wait(10)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let it stand still (SIGSTOP) for the length of a `with`: it is there, and silent."""
        assert self._running is not None
        self._running.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._running.send_signal(signal.SIGCONT)


@contextmanager
def valkey(folder: Path) -> Iterator[Valkey]:
    """A server for the length of a `with`."""
    server = Valkey(folder)
    server.start()
    try:
        yield server
    finally:
        server.client.close()
        server.stop()
