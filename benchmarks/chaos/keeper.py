"""Who starts again what ended: it knows what was killed, and notes what ended by itself."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from tests.scenarios.house import House

LOOK_SECONDS = 0.05
PAUSE_SECONDS = 1.0  # as scripts.supervisor waits after a process that had run for a while


@dataclass
class Life:
    """The end of a process, and when it was started anew (seconds since 1970).

    status: what it ended with; None: it was killed. jobs: ids of those that it was painting.
    """

    name: str
    ended_at: float
    status: int | None
    jobs: list[str] = field(default_factory=list)
    started_at: float | None = None
    ready_at: float | None = None


class Keeper:
    """Looks after the processes of a house in a thread, for the length of a `with`."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.lives: list[Life] = []
        self._down: dict[str, float] = {}  # name -> when to start it (monotonic)
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="keeper")

    def __enter__(self) -> Keeper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join()

    def kill(
        self, name: str, jobs: list[str] | None = None, seconds: float = PAUSE_SECONDS
    ) -> Life:
        """kill -9 a process and its children; it is started again `seconds` later."""
        with self._lock:
            self._house.processes[name].kill()
            life = Life(name, time.time(), None, jobs or [])
            self.lives.append(life)
            self._down[name] = time.monotonic() + seconds
        return life

    def kill_child(self, name: str) -> bool:
        """kill -9 one child of a process, if it has any: what is its own to start again."""
        with suppress(psutil.Error):
            children = psutil.Process(self._house.processes[name].pid).children()
            if children:
                os.kill(children[0].pid, signal.SIGKILL)
                return True
        return False

    def ended_by_themselves(self) -> list[Life]:
        """Return the lives that nobody ended."""
        return [life for life in self.lives if life.status is not None]

    def all_run(self) -> bool:
        """Return whether nothing is down."""
        with self._lock:
            return not self._down and all(
                process.alive for process in self._house.processes.values()
            )

    def _watch(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            with self._lock:
                for name, process in self._house.processes.items():
                    if name not in self._down and not process.alive:
                        self.lives.append(Life(name, time.time(), process.wait(1)))
                        self._down[name] = time.monotonic() + PAUSE_SECONDS
                for name in [name for name, at in self._down.items() if at <= time.monotonic()]:
                    self._start(name)

    def _start(self, name: str) -> None:
        del self._down[name]
        self._house.processes[name].start()
        life = next(life for life in reversed(self.lives) if life.name == name)
        life.started_at = time.time()
        threading.Thread(target=self._wait_until_ready, args=(life,), daemon=True).start()

    def _wait_until_ready(self, life: Life) -> None:
        with suppress(AssertionError, TimeoutError, OSError, psutil.Error):
            self._house.wait_until_ready(life.name)
            life.ready_at = time.time()
