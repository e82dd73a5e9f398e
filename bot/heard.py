"""When that was last heard of which comes by itself: the clock's ticks, and LINE's webhooks.

A clock that is dead, or a channel secret that is wrong, breaks nothing that would complain: nothing
comes any more. So whoever hears something writes down when, in a row of `switches`.
"""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot import switches
from bot.database import Database, now

log = structlog.get_logger(__name__)

WRITE_EVERY = 30.0  # seconds: one who floods must not make us write
LATELY = 600.0  # seconds for which what was refused counts as now
FEW = 3  # refused webhooks that are each written down: below that, somebody may just have tried
_SWEPT, _TAKEN, _REFUSED = "heard_clock", "heard_webhook", "refused_webhook"


class Heard(NamedTuple):
    """Seconds since 1970; None: never. refusals: by one process since it last took a webhook."""

    swept_at: float | None = None
    taken_at: float | None = None
    refused_at: float | None = None
    refusals: int = 0


def read(db: Connection) -> Heard:
    """What was heard last."""
    found = switches.several(db, _SWEPT, _TAKEN, _REFUSED)
    at = {name: at for name, (_, at) in found.items()}
    refusals, _ = found.get(_REFUSED, (0, None))
    return Heard(at.get(_SWEPT), at.get(_TAKEN), at.get(_REFUSED), int(refusals))


def silence(heard: Heard, listening_since: float | None, sweep_seconds: float) -> float | None:
    """Seconds for which the clock should have ticked and did not; None: it ticks.

    listening_since: when the courier that has lived longest began, which alone could hear it;
    None: there is none.
    """
    if listening_since is None:
        return None
    silent = now() - max(heard.swept_at or 0.0, listening_since)
    return silent if silent > max(60.0, 3 * sweep_seconds) else None


def refuses(heard: Heard) -> bool:
    """Whether all that came of late with a signature was refused."""
    if heard.refused_at is None or heard.refusals < FEW:
        return False
    return heard.refused_at > max(heard.taken_at or 0.0, now() - LATELY)


def swept(db: Connection) -> None:
    """The clock has ticked, and a courier heard it."""
    switches.put(db, _SWEPT, True)


class Webhooks:
    """What one web process notes of webhooks; safe among threads. Nothing it meets is raised."""

    def __init__(self, database: Database, every: float = WRITE_EVERY) -> None:
        self._database, self._every = database, every
        self._lock = threading.Lock()
        self._refusals = 0
        self._taken_at = self._refused_at = -every  # when each was last written down

    def taken(self) -> None:
        """LINE's events were stored."""
        with self._lock:
            if self._refusals == 0 and time.monotonic() - self._taken_at < self._every:
                return
            self._refusals, self._taken_at = 0, time.monotonic()
        self._write(_TAKEN, True)

    def refused(self) -> None:
        """Something that bears a signature was not signed with our channel secret."""
        with self._lock:
            self._refusals += 1
            often = self._refusals > FEW
            if often and time.monotonic() - self._refused_at < self._every:
                return
            self._refused_at, refusals = time.monotonic(), self._refusals
        self._write(_REFUSED, refusals)

    def _write(self, name: str, value: object) -> None:
        try:
            with self._database.write() as db:
                switches.put(db, name, value)
        except SQLAlchemyError as error:
            log.info("not noted", what=name, error=type(error).__name__)
