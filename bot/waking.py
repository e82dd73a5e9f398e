"""Waking workers and couriers up, and what becomes of a wake that the broker does not take."""

from __future__ import annotations

import structlog
from celery import Celery
from sqlalchemy import Connection

from bot import jobs, switches
from bot.database import Database
from bot.queue import Wake, publish

log = structlog.get_logger(__name__)

REPUBLISH_AFTER = 20.0  # seconds; while a reply token that came with the job still lives


def late(db: Connection) -> list[Wake]:
    """Workers to wake for what waits and was never, or long ago, published: at most 200 jobs, the
    oldest. Nobody while workers are drained: they would only leave it where it is."""
    if switches.state(db).draining:
        return []
    return [Wake("draw", it) for it in jobs.overdue(db, REPUBLISH_AFTER)]


def wake(
    app: Celery, database: Database, wakes: list[Wake], countdown: float | None = None
) -> bool:
    """Give the wakes to the broker, one by one; False: it is away, and the sweep will do it.

    countdown: seconds after which they are due.
    """
    for it in wakes:
        try:
            publish(app, it, countdown)
        except Exception as error:
            log.warning("broker away", task=it.task, error=type(error).__name__)
            lost(database, wakes)
            return False
    return True


def lost(database: Database, wakes: list[Wake]) -> None:
    """Have the next sweep send what the broker did not take."""
    with database.write() as db:
        jobs.unpublished(db, [it.id for it in wakes if it.task == "draw"])
