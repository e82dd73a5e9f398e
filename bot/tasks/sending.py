"""One message of the outbox: sent to LINE, tried again, or given up, and its result recorded.

A push carries a retry key and may be repeated until LINE has it. A reply may not: one that ends
without an answer is tried again with the same token, which works once at most, and "Invalid reply
token" then means that the earlier try arrived.
https://developers.line.biz/en/reference/messaging-api/#send-reply-message
https://developers.line.biz/en/reference/messaging-api/#retry-api-request
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import Any

import structlog
from sqlalchemy import Connection

from bot import jobs, messages
from bot.backoff import retry_delay
from bot.jobs import Job
from bot.line import LineClient, LineError, Sent
from bot.settings import Settings
from bot.storage import Storage
from bot.store import chats, message_refs, outbox
from bot.store.clock import now
from bot.store.database import Database
from bot.store.outbox import Delivery
from bot.tasks.greeting import greeting_messages
from bot.tasks.offers import Outgoing, add_offer, record_offers
from bot.tasks.outcome import outcome_messages
from bot.tasks.style_samples import style_messages
from bot.telemetry import process_metrics

log = structlog.get_logger(__name__)

LEASE_SECONDS = 30.0  # longer than two tries of a call, each 3 s to connect and 8 s to answer
RETRY_DELAYS = (1.0, 3.0, 10.0, 30.0, 60.0, 300.0)
TOKEN_MARGIN_SECONDS = 15.0  # a webhook that takes longer is sent again, with a fresh minute
MAX_TRIES = 300  # about a day of them; what is wrong then does not pass with time
RECOVERABLE_CODES = {"unauthorized"}  # an operator who changes the channel token repairs it


class SendResult(Enum):
    """How one try to send a delivery ended."""

    SENT = "sent"
    RETRY = "later"  # LINE did not take it; the same delivery may be tried again
    REJECTED = "dead"  # this route is closed, another may be open
    UNCERTAIN = "uncertain"  # it may or may not have arrived
    LOCKED = "busy"  # another courier has it


class OutboxSender:
    """Sends deliveries of the outbox. One per process; safe among threads."""

    def __init__(
        self, settings: Settings, database: Database, line: LineClient, storage: Storage
    ) -> None:
        self._settings = settings
        self._database = database
        self._line = line
        self._storage = storage

    def send(self, delivery_id: str) -> SendResult:
        """Send one delivery of any kind, and record how that ended."""
        with self._database.write() as db:
            delivery = outbox.claim(db, delivery_id, LEASE_SECONDS)
            if delivery is None:
                return SendResult.LOCKED
            outgoing = self._outgoing(db, delivery)
        result = self._send(delivery, outgoing)
        process_metrics.observe_send(delivery.kind, delivery.way, result.value)
        return result

    def _outgoing(self, db: Connection, delivery: Delivery) -> Outgoing:
        """Return the messages to send; none if their job was taken back since."""
        job = jobs.get(db, delivery.job_id) if delivery.job_id else None
        if job and (job.state == jobs.CANCELLED or job.erase_at is not None):
            return Outgoing([])
        content = self._content(db, delivery, job)
        return add_offer(db, delivery, job.chat_id if job else delivery.recipient, content)

    def _content(self, db: Connection, delivery: Delivery, job: Job | None) -> list[dict[str, Any]]:
        if delivery.kind == outbox.GREETING and delivery.recipient:
            return greeting_messages(db, self._storage, self._settings, delivery.recipient)
        if delivery.kind == outbox.STYLES and delivery.recipient:
            lang = chats.language_of(db, delivery.recipient)
            return style_messages(db, self._storage, self._settings.model, lang)
        if delivery.messages is not None or job is None:
            return delivery.messages or []
        resent = delivery.kind == outbox.RESEND
        return outcome_messages(db, self._storage, self._settings, job, resent=resent)

    def _send(self, delivery: Delivery, outgoing: Outgoing) -> SendResult:
        content = outgoing.messages
        if not content:
            return self._settle(delivery, outbox.DEAD, None, code="erased")
        if delivery.tries > MAX_TRIES:
            return self._settle(delivery, outbox.REFUSED, None, code="tried_too_often")
        while True:
            started = time.monotonic()
            try:
                sent = self._call(delivery, content)
            except LineError as error:
                if error.code == "bad_request" and messages.strip_mention(content) != content:
                    log.info("message.mention_dropped", line_request_id=error.request_id)
                    content = messages.strip_mention(content)
                    continue
                if delivery.doubt or delivery.way == outbox.PUSH or not error.ambiguous:
                    return self._fail(delivery, error)
                delivery = self._mark_in_doubt(delivery, error)  # and retry with the same token
                continue
            ms = round((time.monotonic() - started) * 1000)
            log.info(
                "message.sent", kind=delivery.kind, way=delivery.way, ms=ms, tries=delivery.tries
            )
            shown = list(zip(sent.message_ids, content[: outgoing.shown], strict=False))
            offered = outgoing.offered
            return self._settle(
                delivery, outbox.SENT, sent.request_id, shown=shown, offered=offered
            )

    def _call(self, delivery: Delivery, content: list[dict[str, Any]]) -> Sent:
        if delivery.way == outbox.PUSH:
            assert delivery.recipient
            assert delivery.retry_key
            return self._line.push(delivery.recipient, content, delivery.retry_key)
        assert delivery.token
        return self._line.reply(delivery.token, content)

    def _mark_in_doubt(self, delivery: Delivery, error: LineError) -> Delivery:
        """Record that a reply may have arrived."""
        request_id = error.request_id
        log.warning("reply.in_doubt", code=error.code, line_request_id=request_id)
        with self._database.write() as db:
            outbox.mark_in_doubt(db, delivery.id, error.code, LEASE_SECONDS, request_id=request_id)
        return replace(delivery, doubt=True)

    def _fail(self, delivery: Delivery, error: LineError) -> SendResult:
        """Retry or settle a delivery whose call ended in an error."""
        _log_failure(delivery, error)
        age = now() - (delivery.token_at or delivery.created_at)
        max_age = (
            self._settings.reply_token_ttl_seconds if delivery.token else outbox.PUSH_RETRY_SECONDS
        )
        alive = age < max_age
        invalid_token = error.code == "invalid_reply_token"
        in_doubt = delivery.way == outbox.REPLY and delivery.doubt
        if in_doubt and invalid_token:
            # Only an earlier try can have used this token, so that one arrived; or the token has
            # grown too old to tell. LINE counts from before a slow webhook reached us.
            certain = age < max_age - TOKEN_MARGIN_SECONDS
            state = outbox.SENT if certain else outbox.UNCERTAIN
            return self._settle(delivery, state, error.request_id, code=error.code)
        if alive and (not error.permanent or error.code in RECOVERABLE_CODES):
            with self._database.write() as db:
                delay = retry_delay(RETRY_DELAYS, delivery.tries)
                if error.ambiguous:
                    outbox.note_doubt(db, delivery.id)
                outbox.postpone(db, delivery.id, delay, error.code, request_id=error.request_id)
            return SendResult.RETRY
        # A push is repeated with its key. That the month's quota is used up meanwhile says nothing
        # of an earlier try that had no answer; that the message itself is wrong, does.
        is_open = delivery.doubt and error.code not in {"bad_request", "not_found"}
        if in_doubt or is_open or (delivery.way == outbox.PUSH and error.ambiguous):
            return self._settle(delivery, outbox.UNCERTAIN, error.request_id, code=error.code)
        state = outbox.DEAD if invalid_token else outbox.REFUSED
        return self._settle(delivery, state, error.request_id, code=error.code)

    def _settle(
        self,
        delivery: Delivery,
        state: str,
        request_id: str | None,
        *,
        code: str | None = None,
        shown: Sequence[tuple[str, dict[str, Any]]] = (),
        offered: Sequence[str] = (),
    ) -> SendResult:
        """Record the end of a delivery.

        shown: (LINE's message id, message) of what arrived about its job. offered: ids of the
        other jobs that it offered.
        """
        with self._database.write() as db:
            outbox.settle(db, delivery.id, state, code=code, request_id=request_id)
            # In one transaction: a crash between the two would bring the outcome a second time.
            if state == outbox.SENT and delivery.job_id and delivery.kind == outbox.TICKET:
                jobs.record_ticket(db, delivery.job_id)
            if state == outbox.SENT and delivery.job_id and delivery.kind == outbox.RESULT:
                jobs.mark_delivered(db, delivery.job_id)
            if shown and delivery.job_id and delivery.kind != outbox.TICKET:
                message_refs.record(db, delivery.job_id, shown)
            record_offers(db, offered)
        if state == outbox.SENT:
            return SendResult.SENT
        return SendResult.UNCERTAIN if state == outbox.UNCERTAIN else SendResult.REJECTED


def _log_failure(delivery: Delivery, error: LineError) -> None:
    reason = {"error": str(error)} if error.code == "bad_request" else {}  # names the property
    log.warning(
        "message.send_failed",
        kind=delivery.kind,
        way=delivery.way,
        code=error.code,
        status=error.status,
        doubt=delivery.doubt,
        line_request_id=error.request_id,
        **reason,
    )
