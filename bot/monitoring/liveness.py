"""Times of the clock's last tick and of the last webhooks, for liveness alarms.

A dead clock or a wrong channel secret raises no error: events just stop coming. So whoever receives
one records when, as a key value in the database.
"""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.store import key_values
from bot.store.clock import now
from bot.store.database import Database

log = structlog.get_logger(__name__)

WRITE_INTERVAL_SECONDS = 30.0  # a flood of webhooks must not become a flood of writes
REJECTED_WINDOW_SECONDS = 600.0  # a rejection counts as current for that long
MIN_REJECTED = 3  # up to this number each is written; fewer may be somebody who just tries
_TICK, _ACCEPTED, _REJECTED = "heard_clock", "heard_webhook", "refused_webhook"


class LastSeen(NamedTuple):
    """Seconds since 1970; None: never.

    rejected_count: webhooks that one process rejected since it last accepted one.
    """

    tick_at: float | None = None
    webhook_accepted_at: float | None = None
    webhook_rejected_at: float | None = None
    rejected_count: int = 0


def last_seen(db: Connection) -> LastSeen:
    """Return when each was last recorded."""
    rows = key_values.get_many(db, _TICK, _ACCEPTED, _REJECTED)
    written_at = {name: at for name, (_, at) in rows.items()}
    rejected_count, _ = rows.get(_REJECTED, (0, None))
    return LastSeen(
        tick_at=written_at.get(_TICK),
        webhook_accepted_at=written_at.get(_ACCEPTED),
        webhook_rejected_at=written_at.get(_REJECTED),
        rejected_count=int(rejected_count),
    )


def seconds_since_tick(
    last: LastSeen, listening_since: float | None, sweep_interval: float
) -> float | None:
    """Return for how many seconds the clock is overdue; None while it ticks.

    listening_since: when the oldest living courier started, since only couriers receive ticks;
    None if there is none.
    """
    if listening_since is None:
        return None
    silence = now() - max(last.tick_at or 0.0, listening_since)
    return silence if silence > max(60.0, 3 * sweep_interval) else None


def webhook_signature_failing(last: LastSeen) -> bool:
    """Return whether every recent webhook that had a signature was rejected."""
    if last.webhook_rejected_at is None or last.rejected_count < MIN_REJECTED:
        return False
    recent = now() - REJECTED_WINDOW_SECONDS
    return last.webhook_rejected_at > max(last.webhook_accepted_at or 0.0, recent)


def record_tick(db: Connection) -> None:
    """Record that a courier received the clock's tick."""
    key_values.put(db, _TICK, True)


class WebhookLiveness:
    """Record the webhooks of one web process. Thread-safe; never raises."""

    def __init__(self, database: Database, write_interval: float = WRITE_INTERVAL_SECONDS) -> None:
        self._database, self._interval = database, write_interval
        self._lock = threading.Lock()
        self._rejected_count = 0
        self._accepted_written = self._rejected_written = -write_interval  # monotonic seconds

    def record_accepted(self) -> None:
        """Record that events of LINE were stored."""
        with self._lock:
            age = time.monotonic() - self._accepted_written
            if self._rejected_count == 0 and age < self._interval:
                return
            self._rejected_count, self._accepted_written = 0, time.monotonic()
        self._write(_ACCEPTED, True)

    def record_rejected(self) -> None:
        """Record a request whose signature was not made with the channel secret."""
        with self._lock:
            self._rejected_count += 1
            many = self._rejected_count > MIN_REJECTED
            if many and time.monotonic() - self._rejected_written < self._interval:
                return
            self._rejected_written, count = time.monotonic(), self._rejected_count
        self._write(_REJECTED, count)

    def _write(self, name: str, value: object) -> None:
        try:
            with self._database.write() as db:
                key_values.put(db, name, value)
        except SQLAlchemyError as error:
            log.info("liveness.write_failed", key=name, error=type(error).__name__)
