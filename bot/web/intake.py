"""Keeps what webhooks bring: one transaction, then a courier is woken.

What a view does for one webhook, `bot.web.group_commit` does for several at once.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.line.webhook_body import RawEvent
from bot.monitoring import liveness
from bot.queue.app import READ_INBOX
from bot.queue.publisher import Publisher
from bot.settings import Settings
from bot.store import inbox
from bot.store.clock import now
from bot.store.database import Database
from bot.telemetry import tracing
from bot.web.rejections import Rejections

log = structlog.get_logger(__name__)


class Webhook(NamedTuple):
    """A webhook with a valid signature. started: when it had arrived, by time.monotonic()."""

    body: bytes
    events: list[RawEvent]
    trace: str
    started: float

    @property
    def ms(self) -> float:
        """Return the milliseconds since it arrived."""
        return round((time.monotonic() - self.started) * 1000, 1)


class Intake:
    """What one web process keeps webhooks with. Thread-safe."""

    def __init__(self, settings: Settings, database: Database, publisher: Publisher) -> None:
        self._database = database
        self._publisher = publisher
        self._liveness = liveness.WebhookLiveness(database)
        self.rejections = Rejections(settings, database, self._liveness)

    def store(self, webhooks: Sequence[Webhook]) -> None:
        """Store all events in one transaction, and wake a courier. Raises SQLAlchemyError."""
        received_at = now()
        rows = [
            event._asdict() | {"trace": webhook.trace, "received_at": received_at}
            for webhook in webhooks
            for event in webhook.events
        ]
        unsent = [row["message_id"] for row in rows if row["type"] == inbox.UNSEND]
        with self._database.write() as db:
            inbox.add(db, rows)
            for message_id in unsent:  # LINE asks to delete it; nobody has to read it first
                if message_id:
                    inbox.delete_message(db, message_id)
        self._publisher.put([READ_INBOX], webhooks[0].trace)

    def log_accepted(self, webhook: Webhook) -> None:
        """Log that a webhook is kept."""
        log.info("webhook.accepted", events=len(webhook.events), ms=webhook.ms, **_fields(webhook))

    def log_failure(self, webhook: Webhook, error: SQLAlchemyError) -> None:
        """Log that a webhook was not kept: LINE sends it again where redelivery is on."""
        log.error(
            "webhook.store_failed",
            exc_info=error,
            events=len(webhook.events),
            error=type(error).__name__,
            **_fields(webhook),
        )

    def note(self, webhook: Webhook) -> None:
        """Remember that LINE's webhooks come, and for whom they are."""
        self._liveness.record_accepted()
        self.rejections.note_accepted(webhook.body)


def _fields(webhook: Webhook) -> dict[str, Any]:
    """Return what every log line of a webhook has, whichever thread writes it."""
    return {"stage": "webhook", "trace": tracing.trace_id(webhook.trace)}
