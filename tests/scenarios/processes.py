"""Processes of a house: started in groups of their own, logged to a file, killed for sure."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from tests.scenarios.zygote import Started, zygote

T = TypeVar("T")
START_SECONDS = 180.0  # importing torch takes that long on a machine that is busy with other things


def free_ports(count: int) -> list[int]:
    """So many different loopback ports that nothing listens on right now.

    They lie below those that systems hand out to outgoing connections, one of which could else
    take a port between now and the moment when a server wants it.
    """
    ports: set[int] = set()
    while len(ports) < count:
        port = secrets.SystemRandom().randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            ports.add(port)
    return list(ports)


class Process:
    """One process, its signals, and what it logged.

    command: a shell's command line, as it stands in a Procfile. The log file goes
    on across restarts. fork, torch: see tests.scenarios.zygote.
    """

    def __init__(
        self,
        name: str,
        command: str,
        env: Mapping[str, str],
        folder: Path,
        *,
        fork: bool = False,
        torch: bool = False,
    ) -> None:
        self.name = name
        self.command = command
        self.env = dict(env)
        self.folder = folder
        self.log = folder / f"{name}.log"
        self._fork, self._torch = fork, torch
        self._running: Started | None = None
        self.is_paused = False

    def start(self) -> None:
        """Start it; it must not be running."""
        assert not self.alive, f"{self.name} is running"
        self._running = zygote(torch=self._fork and self._torch).start(
            self.command, self.env, self.folder, self.log, fork=self._fork
        )

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.poll() is None

    @property
    def works(self) -> bool:
        """Whether it is alive and not paused."""
        return self.alive and not self.is_paused

    @property
    def pid(self) -> int:
        assert self._running is not None, f"{self.name} was never started"
        return self._running.pid

    def kill(self) -> None:
        """kill -9, together with its children: a power cut."""
        self.is_paused = False
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
        self.is_paused = True
        os.killpg(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT, if it was ever started."""
        self.is_paused = False
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
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"not in {timeout:g} s: {what}")
        time.sleep(pause)
