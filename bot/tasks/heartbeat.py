"""Heartbeat: a thread that writes what this worker or courier is and does, every few seconds."""

from __future__ import annotations

import os
import resource
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog

from bot.line import LineClient, LineError
from bot.prompt.request.stored import can_enlarge
from bot.store import account, workers
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks.periodic import PeriodicThread

if TYPE_CHECKING:
    from bot.tasks.progress import ProgressMonitor
    from inference import Painter

log = structlog.get_logger(__name__)

INTERVAL_SECONDS = 5.0
QUOTA_INTERVAL_SECONDS = 600.0
QUOTA_RETRY_SECONDS = 60.0  # after LINE did not answer

Report = Mapping[str, Any]  # JSON; nothing of a person


class Heartbeat:
    """Writes this process's row of `workers` for the length of a `with`, and removes it then.

    report: called for each row. If it raises, or the database is away, that one row is not written.
    interval: seconds between two rows.
    """

    def __init__(
        self,
        database: Database,
        process: str,
        report: Callable[[], Report],
        interval: float = INTERVAL_SECONDS,
    ) -> None:
        self._database, self._report = database, report
        self._process, self._host, self._pid = process, socket.gethostname(), os.getpid()
        self.id = f"{self._host}:{self._pid}"
        self._started_at = now()
        self._thread = PeriodicThread(
            "heartbeat", interval, self.write, on_failure=_log_failure, at_once=True
        )

    def __enter__(self) -> Heartbeat:
        self._thread.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._thread.__exit__(*exception)
        try:
            with self._database.write() as db:
                workers.remove(db, self.id)
        except Exception as error:  # its row will be seen to be silent
            log.info("heartbeat.remove_failed", error=type(error).__name__)

    def write(self) -> None:
        """Write the row now."""
        now_ts = now()
        about = {**self._report(), "memory": process_memory()}
        with self._database.write() as db:
            if account_name := about.get("name"):
                account.set_name(db, account_name)  # by which groups call the bot
            if (skew := self._database.clock_skew(db)) is not None:
                about["skew"] = round(skew, 1)
            process = (self.id, self._process, self._host, self._pid, self._started_at)
            workers.save(db, workers.Worker(*process, now_ts, about))


def _log_failure(error: Exception) -> None:
    log.warning("heartbeat.write_failed", error=type(error).__name__)


def painter_report(painter: Painter) -> Report:
    """Describe a painter: its model, and what its engine does."""
    info, status = painter.info, painter.status()
    return {
        "model": info.name,
        "device": info.device,
        "dtype": info.dtype,
        "numerics": info.numerics,
        "image_to_image": info.image_to_image,
        "inpainting": info.inpainting,
        "enlarges": can_enlarge(info),
        "slots": painter.slots,
        "slots_now": status.slots,
        "active": status.active,
        "waiting": status.waiting,
        "rows": status.unet_rows,
        "steps_per_second": round(status.steps_per_second, 2),
        "device_memory": device_memory(info.device),
    }


def worker_report(painter: Painter, progress: ProgressMonitor) -> Report:
    """Describe a worker: its painter, and for how many seconds it has stood still (and may)."""
    still, limit = round(progress.stalled_seconds(), 1), round(progress.hang_timeout(), 1)
    return {**painter_report(painter), "still": still, "step_limit": limit}


class CourierReport:
    """Describes a courier: the month's push budget, and the account's basic id such as "@efude".

    Asks LINE for them now and then, so that the web process, which never waits for LINE, has them.
    https://developers.line.biz/en/reference/messaging-api/#get-quota
    """

    def __init__(self, line: LineClient, interval: float = QUOTA_INTERVAL_SECONDS) -> None:
        self._line, self._interval = line, interval
        self._asked_at = -interval  # time.monotonic()
        self._quota: Report = {}
        self._account: Report = {}

    def __call__(self) -> Report:
        interval = self._interval
        if "quota_code" in self._quota:
            interval = min(interval, QUOTA_RETRY_SECONDS)
        if time.monotonic() - self._asked_at >= interval:
            self._asked_at = time.monotonic()
            self._ask()
        skew = {}
        if (seconds := self._line.clock_skew) is not None:
            skew["line_skew"] = round(seconds, 1)
        return {**self._quota, **self._account, **skew}

    def _ask(self) -> None:
        try:
            quota = self._line.quota()
        except LineError as error:
            self._quota = {"quota_code": error.code}
            return
        self._quota = {"quota": {"limit": quota.limit, "used": quota.used, "at": now()}}
        if not self._account:
            with suppress(LineError):  # asked again with the next quota
                info = self._line.bot_info()
                self._account = {"basic_id": info.basic_id, "name": info.display_name}


def device_memory(device: str) -> dict[str, int] | None:
    """Return bytes used and total on a CUDA device, by all processes; None on other devices."""
    torch = sys.modules.get("torch")  # loaded by the painter if at all; never imported here
    if torch is None or not device.startswith("cuda"):
        return None
    free, total = torch.cuda.mem_get_info(device)
    return {"used": total - free, "total": total}


def process_memory() -> int:
    """Return bytes of memory that this process holds; where unknown, the most it ever held."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
