"""A job's lease while it is painted: renewed by a thread, lost by cancellation, ended by a hang.

A job hangs where neither it nor any other of the process takes a step for too long: a call of the
device has stuck. Only the end of the process ends such a call. So the jobs are released, the
reason is written down, and the supervisor (systemd, a platform, a container) starts another.

No hang: waiting for a place in the batch; decoding and storing, which count as progress; loading
and compiling, which are done before the first job is claimed.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from bot import jobs
from bot.jobs import Job
from bot.jobs.lifecycle import end_leases_of_dead, release_leases
from bot.store import workers
from bot.store.database import Database
from bot.tasks.periodic import PeriodicThread
from bot.tasks.progress import ProgressCounters, ProgressMonitor
from bot.telemetry import logs

log = structlog.get_logger(__name__)

MAX_RENEW_INTERVAL_SECONDS = 2.0  # a cancelled job stops that soon, whatever the lease
HANG_EXIT_STATUS = 70  # EX_SOFTWARE of sysexits.h
SHUTDOWN_SECONDS = 10.0  # for writing the reason down

HangDetails = Mapping[str, Any]


class Lease:
    """Holds a claimed job for the length of a `with`.

    `lost` is set when the job was cancelled, taken back by its author, or given to another worker.
    seconds: how long a renewal lasts. on_hang: called once with the job's number, step, steps and
    the seconds without progress; the lease is not renewed any more.
    """

    def __init__(
        self,
        database: Database,
        monitor: ProgressMonitor,
        job: Job,
        seconds: float,
        on_hang: Callable[[HangDetails], object],
    ) -> None:
        self._database, self._monitor, self._job = database, monitor, job
        self._seconds, self._on_hang = seconds, on_hang
        self.lost = threading.Event()
        self.step = 0
        self.steps: int | None = None
        self._reports = 0
        self._counters: ProgressCounters | None = None
        self._progress_at = self._checked_at = time.monotonic()
        interval = min(seconds / 3, MAX_RENEW_INTERVAL_SECONDS)
        self._thread = PeriodicThread(
            f"lease-{job.number}", interval, self._check, on_failure=self._log_failure
        )

    def __enter__(self) -> Lease:
        self._monitor.poll()  # and again at the end: most paints are over before the first check
        self._thread.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._monitor.poll()
        self._thread.__exit__(*exception)
        self._stop()

    def report_progress(self) -> None:
        """Note that this job advanced: a step, a picture stored."""
        self._reports += 1

    def _check(self) -> None:
        """Renew the lease unless the job hangs."""
        counters = ProgressCounters(*self._monitor.poll(), self._reports)
        now = time.monotonic()
        # A check that comes far too late: the machine was suspended, not the painter.
        suspended = now - self._checked_at > 3 * self._thread.interval + 1
        if counters != self._counters or suspended:
            self._counters, self._progress_at = counters, now
        self._checked_at = now
        self._monitor.set_last_progress(self._job.id, self._progress_at)
        still = now - self._progress_at
        if still > self._monitor.hang_timeout():
            self._stop()
            self._report_hang(round(still, 1))
        elif not self._renew():
            self._stop()
            self.lost.set()

    def _stop(self) -> None:
        self._thread.stop()
        self._monitor.set_last_progress(self._job.id, None)

    def _renew(self) -> bool:
        """Renew the lease in the database; returns whether the job is still ours."""
        job = self._job
        with self._database.write() as db:
            return jobs.renew_lease(
                db, job.id, job.lease_owner, self._seconds, step=self.step, steps=self.steps
            )

    def _log_failure(self, _error: Exception) -> None:
        # The next round may get through, and until then the job counts as ours.
        log.warning("lease.renewal_failed", job=self._job.id, exc_info=True)

    def _report_hang(self, seconds: float) -> None:
        details = {"number": self._job.number, "step": self.step, "steps": self.steps}
        log.error("worker.hung", code="hung", job=self._job.id, seconds=seconds, **details)
        self._on_hang({**details, "seconds": seconds})


def end_leases_of_dead_workers(database: Database, worker_id: str) -> None:
    """Let the leases end that workers of this host have left behind: nobody renews them.

    To be called by a worker (host:pid) before its first claim. A container has the same id again
    after a restart, so a lease under it is one of the life before.
    """
    host, _, pid = worker_id.rpartition(":")

    def is_dead(owner: int) -> bool:
        return owner == int(pid) or not _exists(owner)

    with database.write() as db:
        ended = end_leases_of_dead(db, host, is_dead)
    if ended:
        log.info("lease.ended_for_dead", jobs=ended)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def exit_hung_process(database: Database, worker_id: str, details: HangDetails) -> None:
    """Write down that this process hangs, release its jobs, and end the process at once.

    worker_id: host:pid. details: of the job that was noticed first, nothing of a person. What
    takes longer than SHUTDOWN_SECONDS is left: the leases run out by themselves.
    """

    def release() -> None:
        logs.flush()
        with database.write() as db:
            release_leases(db, worker_id)
            # The very last: the next heartbeat of this process would write over it.
            workers.record_hang(db, worker_id, details)

    thread = threading.Thread(target=release, name="hang-report", daemon=True)
    thread.start()
    thread.join(SHUTDOWN_SECONDS)
    os._exit(HANG_EXIT_STATUS)
