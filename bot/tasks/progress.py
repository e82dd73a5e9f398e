"""How fast this worker usually steps, and which of its jobs have made no progress for how long."""

from __future__ import annotations

import statistics
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from inference import Status

FIRST_STEP_FACTOR = 10.0  # times the timeout, before any step: kernels are chosen, sizes compiled
SLOW_STEP_FACTOR = 20.0  # times the usual step: a slow machine does not hang


class ProgressCounters(NamedTuple):
    """What changes while a job is painted: the engine's steps and decodings, the job's reports."""

    ticks: int
    decoded: int
    reports: int


class ProgressMonitor:
    """Learns the usual time of a step, and from it when a job hangs. Safe among threads.

    status: the painter's. step_timeout: seconds, the least that counts as a hang. compiled: each
    new size may have to be compiled first, which takes far longer than a step.
    """

    def __init__(
        self, status: Callable[[], Status], step_timeout: float, *, compiled: bool = False
    ) -> None:
        self._status, self._step_timeout, self._compiled = status, step_timeout, compiled
        self._lock = threading.Lock()
        self._step_seconds: deque[float] = deque(maxlen=50)
        self._last_tick: tuple[float, int] | None = None  # (monotonic seconds, ticks)
        self._progress_at: dict[str, float] = {}  # job id -> monotonic seconds

    def poll(self) -> tuple[int, int]:
        """Read the painter's counters (steps, decodings), and learn how long a step takes."""
        status = self._status()
        now = time.monotonic()
        with self._lock:
            if self._last_tick is None:
                self._last_tick = now, status.unet_calls
            elif status.unet_calls != (before := self._last_tick)[1]:
                self._step_seconds.append((now - before[0]) / (status.unet_calls - before[1]))
                self._last_tick = now, status.unet_calls
            elif not status.active:  # an idle painter is no slow one
                self._last_tick = now, status.unet_calls
        return status.unet_calls, status.side_tasks

    def hang_timeout(self) -> float:
        """Return the seconds without progress after which a job hangs."""
        with self._lock:
            usual = statistics.median(self._step_seconds) if self._step_seconds else None
        if usual is None or self._compiled:
            return FIRST_STEP_FACTOR * self._step_timeout
        return max(self._step_timeout, SLOW_STEP_FACTOR * usual)

    def set_last_progress(self, job_id: str, at: float | None) -> None:
        """Note when a job last advanced (monotonic seconds); None: it is not painted any more."""
        with self._lock:
            if at is None:
                self._progress_at.pop(job_id, None)
            else:
                self._progress_at[job_id] = at

    def stalled_seconds(self) -> float:
        """Return the longest time that any job has made no progress; 0 without a job."""
        with self._lock:
            earliest = min(self._progress_at.values(), default=None)
        return 0.0 if earliest is None else time.monotonic() - earliest
