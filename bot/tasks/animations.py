"""Loading animations of what was just read, from threads of the courier that read it.

In a burst only some wishes get one: LINE takes 100 a second from all couriers together, and each
costs a courier a fifth of what its wish does.

As a task of its own each would cost the courier more than the reading of its wish did: to publish,
receive, acknowledge and run it. Those that are due later (bot.jobs.loading_animation) are tasks.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import structlog

from bot.telemetry import tracing
from bot.telemetry.throttle import LogThrottle

log = structlog.get_logger(__name__)

THREADS = 4
MAX_WAITING = 200
MAX_PER_SECOND = 25


class _Due(NamedTuple):
    job_id: str
    trace: str | None


class Animations:
    """Shows animations soon, by `show` with a job's id. One per process; safe among threads.

    Nobody waits for one: what is beyond MAX_WAITING or `per_second` is left out, what fails is not
    tried again, and what is not shown when the process ends never is.
    """

    def __init__(self, show: Callable[[str], object], per_second: int = MAX_PER_SECOND) -> None:
        self._show = show
        self._per_second = per_second
        self._lock = threading.Lock()
        self._second, self._begun = 0, 0  # of time.monotonic(), and how many in it
        self._throttle = LogThrottle(1.0)
        self._waiting: queue.Queue[_Due | None] = queue.Queue(MAX_WAITING)
        for _ in range(THREADS):
            threading.Thread(target=self._run, name="animations", daemon=True).start()

    def put(self, job_id: str) -> None:
        """Have a job's animation shown; returns at once."""
        if not self._has_room():
            self._skip("too many")
            return
        try:
            self._waiting.put_nowait(_Due(job_id, tracing.current()))
        except queue.Full:
            self._skip("too many")

    def close(self) -> None:
        """Show nothing more."""
        while True:
            try:
                self._waiting.get_nowait()
            except queue.Empty:
                break
        self._waiting.put(None)

    def _has_room(self) -> bool:
        """Count an animation; return whether it is within what one second may have."""
        second = int(time.monotonic())
        with self._lock:
            self._begun = self._begun + 1 if second == self._second else 1
            self._second = second
            return self._begun <= self._per_second

    def _run(self) -> None:
        while (due := self._waiting.get()) is not None:
            tracing.set_current(due.trace)
            try:
                self._show(due.job_id)
            except Exception as error:
                self._skip(type(error).__name__)
            finally:
                tracing.set_current(None)
        self._waiting.put(None)  # for the next thread

    def _skip(self, reason: str) -> None:
        if count := self._throttle.count(reason):
            log.info("loading_animation.skipped", reason=reason, count=count)
