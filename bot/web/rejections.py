"""Webhooks without a valid signature: scanners, forgers, or LINE itself if the secret is wrong.

Only what LINE could have sent counts for the alarm: a webhook by its form and, once webhooks were
accepted under this channel secret, one to the same bot. Its user id is in LINE's webhooks alone.
"""

from __future__ import annotations

import hmac
import json
import time
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.monitoring.liveness import WebhookLiveness
from bot.settings import Settings
from bot.store import key_values
from bot.store.database import Database
from bot.telemetry.throttle import LogThrottle

log = structlog.get_logger(__name__)

MAX_PARSED_BYTES = 256 * 1024
REMEMBER_SECONDS = 600.0  # between two notes of whom webhooks are for
_KEY = "webhook_destination"
_MEANINGS = {
    "unsigned": "not LINE's",
    "forged": "forged, or LINE_CHANNEL_SECRET is not this channel's",
}


class Rejections:
    """What one web process has refused. Thread-safe; never raises."""

    def __init__(self, settings: Settings, database: Database, liveness: WebhookLiveness) -> None:
        self._database, self._liveness = database, liveness
        secret = settings.line_channel_secret.encode()
        self._secret_id = hmac.digest(secret, b"efude webhook destination", "sha256").hex()[:16]
        self._throttle = LogThrottle()
        self._noted_at = -REMEMBER_SECONDS
        self._known: dict[str, str] | None = None

    def note_accepted(self, body: bytes) -> None:
        """Remember whom LINE's webhooks are for."""
        if time.monotonic() - self._noted_at < REMEMBER_SECONDS:
            return
        self._noted_at = time.monotonic()
        if (destination := _destination(body)) is None:
            return
        self._known = {"secret": self._secret_id, "destination": destination}
        with suppress(SQLAlchemyError), self._database.write() as db:
            if key_values.get(db, _KEY) != self._known:
                key_values.put(db, _KEY, self._known)

    def note_rejected(self, body: bytes, signature: str | None, remote: str | None) -> None:
        """Count a webhook without a valid signature, for the alarm and for the log."""
        kind = "unsigned" if signature is None else "forged"
        if signature is not None and self._may_be_lines(body):
            self._liveness.record_rejected()
        if count := self._throttle.count(kind):
            log.warning(
                "webhook.signature_rejected",
                kind=kind,
                count=count,
                remote=remote,
                meaning=_MEANINGS[kind],
            )

    def _may_be_lines(self, body: bytes) -> bool:
        destination = _destination(body)
        if destination is None:
            return False
        if self._known is None:
            with suppress(SQLAlchemyError), self._database.read() as db:
                self._known = key_values.get(db, _KEY) or {}
        known = self._known or {}
        return known.get("secret") != self._secret_id or known["destination"] == destination


def _destination(body: bytes) -> str | None:
    """Return the user id of the bot that a webhook is for; None if the body is no webhook."""
    if len(body) > MAX_PARSED_BYTES:
        return None
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or not isinstance(content.get("events"), list):
        return None
    destination = content.get("destination")
    return destination[:64] if isinstance(destination, str) and destination else None
