"""Publishing from tasks and commands, and what becomes of messages that the broker refuses."""

from __future__ import annotations

import structlog
from celery import Celery
from sqlalchemy import Connection

from bot import jobs
from bot.queue.app import TaskMessage, publish
from bot.store import flags
from bot.store.database import Database

log = structlog.get_logger(__name__)

REPUBLISH_AFTER_SECONDS = 20.0  # while a reply token that came with the job still lives


def overdue(db: Connection) -> list[TaskMessage]:
    """Return `draw` messages for queued jobs never published, or long ago: the 200 oldest.

    Returns none while workers are drained: they would only leave the jobs where they are.
    """
    if flags.get_flags(db).draining:
        return []
    return [TaskMessage("draw", job_id) for job_id in jobs.overdue(db, REPUBLISH_AFTER_SECONDS)]


def publish_all(
    app: Celery, database: Database, messages: list[TaskMessage], countdown: float | None = None
) -> bool:
    """Publish messages one by one; returns False if the broker is away and the sweep has to.

    countdown: seconds until they are due.
    """
    for message in messages:
        try:
            publish(app, message, countdown=countdown)
        except Exception as error:
            log.warning("broker.publish_failed", task=message.task, error=type(error).__name__)
            mark_unpublished(database, messages)
            return False
    return True


def mark_unpublished(database: Database, messages: list[TaskMessage]) -> None:
    """Have the next sweep publish what the broker did not take."""
    with database.write() as db:
        jobs.mark_unpublished(db, [each.id for each in messages if each.task == "draw"])
