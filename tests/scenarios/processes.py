"""Processes of a house: started in groups of their own, logged to a file, killed for sure."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
START_SECONDS = 180.0  # importing torch takes that long on a machine that is busy with other things


def free_ports(count: int) -> list[int]:
    """So many different loopback ports that nothing listens on right now.

    They lie below those that systems hand out to outgoing connections, one of which could else
    take a port between now and the moment when a server wants it.
    """
    found: set[int] = set()
    while len(found) < count:
        port = secrets.SystemRandom().randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.add(port)
    return list(found)


class Process:
    """One process, its signals, and what it logged.

    command: a shell's command line, as it stands in a Procfile. The log file goes
    on across restarts.
    """

    def __init__(self, name: str, command: str, env: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.command = command
        self.env = dict(env)
        self.folder = folder
        self.log = folder / f"{name}.log"
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it must not be running."""
        assert not self.alive, f"{self.name} is running"
        with self.log.open("ab") as log:
            # `exec`, so that a signal reaches the process itself rather than a shell; a session of
            # its own, so that its children can be killed with it.
            self._running = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {self.command}"],
                env=self.env,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.poll() is None

    @property
    def pid(self) -> int:
        assert self._running is not None, f"{self.name} was never started"
        return self._running.pid

    def kill(self) -> None:
        """kill -9, together with its children: a power cut."""
        if self._running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait(10)

    def terminate(self) -> None:
        """SIGTERM, as every platform sends it before a deploy."""
        assert self._running is not None
        self._running.terminate()

    def wait(self, timeout: float) -> int:
        """The exit status; raises TimeoutExpired when it goes on for longer."""
        assert self._running is not None
        return self._running.wait(timeout)

    def pause(self) -> None:
        """SIGSTOP: connections stay open, nothing answers any more."""
        os.killpg(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT, if it was ever started."""
        if self._running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGCONT)

    def lines(self) -> list[str]:
        """Everything it has logged, across all its lives."""
        if not self.log.exists():
            return []
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()


def eventually(what: str, probe: Callable[[], T | None], timeout: float, pause: float = 0.03) -> T:
    """The first value of `probe` that is true; raises TimeoutError, naming `what`."""
    deadline = time.monotonic() + timeout
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"not in {timeout:g} s: {what}")
        time.sleep(pause)
