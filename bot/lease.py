"""A lease keeps a job ours while it is painted, and only as long as the painting makes headway.

A thread renews it, notices its loss, and notices a hang: where neither this job nor any other of
the process takes a step for too long, a call of the device has stuck. Nothing in a process can end
such a call but the end of the process, so that is what follows: the jobs are let go, the reason is
written down, and whoever supervises the process (systemd, a platform, a container) starts another.

What is no hang: waiting for a place, while others are painted; decoding and storing, which are
signs of life too; loading and compiling, which are done before the first job is taken.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import structlog

from bot import jobs, logs, pulse
from bot.jobs import Job
from bot.jobs.hanging import abandon

if TYPE_CHECKING:
    from bot.runtime import Runtime

log = structlog.get_logger(__name__)

BEAT = 2.0  # seconds between two looks, at most: a cancelled job stops that soon
FIRST = 10.0  # times STEP_TIMEOUT before any step was seen: kernels are chosen, sizes compiled
USUAL = 20.0  # times the usual step: a slow machine is no hang
EXIT = 70  # EX_SOFTWARE of sysexits.h
FAREWELL = 10.0  # seconds that saying why may take


class Signs(NamedTuple):
    """What changes while something is painted. Which number means what does not matter."""

    ticks: int
    aside: int
    own: int


class Headway:
    """How fast this process usually steps, and which of its jobs have been still for how long."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lock = threading.Lock()
        self._took: deque[float] = deque(maxlen=50)
        self._ticks: tuple[float, int] | None = None
        self._since: dict[str, float] = {}

    def look(self) -> tuple[int, int]:
        """The painter's signs of life; learns from them how long a step takes."""
        status = self._runtime.painter.status()
        moment = time.monotonic()
        with self._lock:
            if self._ticks is None:
                self._ticks = moment, status.ticks
            elif status.ticks != (before := self._ticks)[1]:
                self._took.append((moment - before[0]) / (status.ticks - before[1]))
                self._ticks = moment, status.ticks
            elif not status.active:  # nothing to do is no slow step
                self._ticks = moment, status.ticks
        return status.ticks, status.aside

    def limit(self) -> float:
        """Seconds without a sign of life after which a job hangs."""
        settings = self._runtime.settings
        with self._lock:
            usual = statistics.median(self._took) if self._took else None
        if usual is None or settings.engine_compile == "torch":
            return FIRST * settings.step_timeout
        return max(settings.step_timeout, USUAL * usual)

    def note(self, job_id: str, since: float | None) -> None:
        """A job gave its last sign then (monotonic seconds); None: it is not painted any more."""
        with self._lock:
            if since is None:
                self._since.pop(job_id, None)
            else:
                self._since[job_id] = since

    def still(self) -> float:
        """Seconds for which the stillest of the jobs has given no sign; 0 without a job."""
        with self._lock:
            return max((time.monotonic() - it for it in self._since.values()), default=0.0)


class Lease:
    """Keeps a job ours while it is painted: a thread renews the lease, and notices its loss.

    `lost` is set when the job was cancelled, taken back by its author, or given to another worker.
    """

    def __init__(self, runtime: Runtime, job: Job) -> None:
        self._runtime = runtime
        self._job = job
        self._done = threading.Event()
        self._signs = 0
        self.lost = threading.Event()
        self.step = 0
        self.steps: int | None = None
        self._thread = threading.Thread(target=self._run, name=f"lease-{job.number}", daemon=True)

    def __enter__(self) -> Lease:
        self._runtime.headway.look()  # and again at the end: most paints are over before a beat
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._done.set()
        self._runtime.headway.look()
        self._thread.join(5)

    def sign(self) -> None:
        """Something of this job went on: a step, a picture stored."""
        self._signs += 1

    def _run(self) -> None:
        headway, job = self._runtime.headway, self._job
        pause = min(self._runtime.settings.lease_seconds / 3, BEAT)
        since = looked = time.monotonic()
        last: Signs | None = None
        try:
            # Often enough that a cancelled job stops soon, whatever the lease.
            while not self._done.wait(pause):
                signs = Signs(*headway.look(), self._signs)
                moment = time.monotonic()
                # A beat that comes much too late: not the painter stood still, the machine did.
                if signs != last or moment - looked > 3 * pause + 1:
                    last, since = signs, moment
                looked = moment
                headway.note(job.id, since)
                if moment - since > headway.limit():
                    self._hangs(moment - since)
                    return
                if not self._renewed():
                    self.lost.set()
                    return
        finally:
            headway.note(job.id, None)

    def _renewed(self) -> bool:
        """Whether the job is still ours, as far as one can tell."""
        try:
            with self._runtime.database.write() as db:
                return jobs.renew(
                    db,
                    self._job.id,
                    self._job.lease_owner,
                    self._runtime.settings.lease_seconds,
                    step=self.step,
                    steps=self.steps,
                )
        except Exception:
            log.warning("lease not renewed", exc_info=True)  # the next beat may get through
            return True

    def _hangs(self, seconds: float) -> None:
        about = {"number": self._job.number, "step": self.step, "steps": self.steps}
        log.error("hangs", code="hung", job=self._job.id, seconds=round(seconds, 1), **about)
        self._runtime.hung({**about, "seconds": round(seconds, 1)})


def end_process(runtime: Runtime, about: dict[str, object]) -> None:
    """Write down that this process hangs, let go of its jobs, and end it at once.

    about: the job that was noticed first, nothing of a person. What takes longer than FAREWELL is
    left: the leases run out by themselves.
    """

    def farewell() -> None:
        logs.flush()
        with runtime.database.write() as db:
            abandon(db, runtime.owner)
            # The very last: the next beat of this process's pulse would write over it.
            pulse.note_hang(db, runtime.owner, about)

    last_words = threading.Thread(target=farewell, name="farewell", daemon=True)
    last_words.start()
    last_words.join(FAREWELL)
    os._exit(EXIT)
