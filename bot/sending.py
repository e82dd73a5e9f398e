"""One message to LINE: sent, tried again, or given up, and what is known of it afterwards.

What LINE guarantees decides. A push carries a retry key and may be repeated until LINE has it. A
reply cannot: when one ends without an answer it is tried again with the same token, which works
once at most, and "Invalid reply token" then means that an earlier try landed.
(Messaging API reference: "Reply token", "Retry failed API requests".)
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import Any

import structlog
from sqlalchemy import Connection

from bot import counting, jobs, messages, naming, outbox, showing
from bot.database import Database, now
from bot.jobs import Job
from bot.line import LineClient, LineError, Sent
from bot.outbox import Delivery
from bot.settings import Settings
from bot.storage import Storage

log = structlog.get_logger(__name__)

LEASE = 30.0  # longer than two tries of a call, each with 3 s to connect and 8 s to answer
BACKOFF = (1.0, 3.0, 10.0, 30.0, 60.0, 300.0)
PUSH_GIVE_UP = 20 * 3600.0  # LINE remembers a retry key for 24 hours
GIVE_UP_AFTER = 300  # tries, about a day of them; something is wrong that time does not mend
MENDABLE = {"unauthorized"}  # an operator who changes the channel token mends it


class End(Enum):
    """How one delivery ended."""

    SENT = "sent"
    LATER = "later"  # LINE did not take it, the same delivery may be tried again
    DEAD = "dead"  # this way is closed, another may be open
    UNCERTAIN = "uncertain"  # nobody knows
    BUSY = "busy"  # another courier has it


class Sender:
    """Sends what stands in the outbox. One per process; safe among threads."""

    def __init__(
        self, settings: Settings, database: Database, line: LineClient, storage: Storage
    ) -> None:
        self._settings = settings
        self._database = database
        self._line = line
        self._storage = storage

    def send(self, delivery_id: str) -> End:
        """Send one delivery of the outbox, whatever its kind, and write down how that ended."""
        with self._database.write() as db:
            delivery = outbox.claim(db, delivery_id, LEASE)
            content = self._content(db, delivery) if delivery else None
        if delivery is None:
            return End.BUSY
        end = self._sent(delivery, content)
        counting.sent(delivery.kind, delivery.way, end.value)
        return end

    def _sent(self, delivery: Delivery, content: list[dict[str, Any]] | None) -> End:
        if not content:  # erased in the meantime: there is nothing to say any more
            return self._settled(delivery, outbox.DEAD, None, code="erased")
        if delivery.tries > GIVE_UP_AFTER:
            return self._settled(delivery, outbox.REFUSED, None, code="tried_too_often")
        while True:
            started = time.monotonic()
            try:
                sent = self._call(delivery, content)
            except LineError as error:
                if error.code == "bad_request" and naming.unnamed(content) != content:
                    log.info("sent without a mention", line_request_id=error.request_id)
                    content = naming.unnamed(content)
                    continue
                if delivery.doubt or delivery.way == outbox.PUSH or not error.ambiguous:
                    return self._ended(delivery, error)
                delivery = self._doubt(delivery, error)  # and at once again, with the same token
                continue
            ms = round((time.monotonic() - started) * 1000)
            log.info("sent", kind=delivery.kind, way=delivery.way, ms=ms, tries=delivery.tries)
            shown = list(zip(sent.message_ids, content, strict=False))
            return self._settled(delivery, outbox.SENT, sent.request_id, shown=shown)

    def _call(self, delivery: Delivery, content: list[dict[str, Any]]) -> Sent:
        if delivery.way == outbox.PUSH:
            assert delivery.recipient
            assert delivery.retry_key
            return self._line.push(delivery.recipient, content, delivery.retry_key)
        assert delivery.token
        return self._line.reply(delivery.token, content)

    def _doubt(self, delivery: Delivery, error: LineError) -> Delivery:
        log.warning("reply without an answer", code=error.code, line_request_id=error.request_id)
        with self._database.write() as db:
            outbox.doubted(db, delivery.id, error.code, LEASE, request_id=error.request_id)
        return replace(delivery, doubt=True)

    def _ended(self, delivery: Delivery, error: LineError) -> End:
        """Settle a delivery that ended in an error."""
        age = now() - (delivery.token_at or delivery.created_at)
        alive = age < (self._settings.reply_token_life if delivery.token else PUSH_GIVE_UP)
        said = {"error": str(error)} if error.code == "bad_request" else {}  # which property
        log.warning(
            "not sent",
            kind=delivery.kind,
            way=delivery.way,
            code=error.code,
            status=error.status,
            doubt=delivery.doubt,
            line_request_id=error.request_id,
            **said,
        )
        doubted = delivery.way == outbox.REPLY and delivery.doubt
        if doubted and error.code == "invalid_reply_token":
            # Only an earlier try can have used this token, so that one landed, unless the token has
            # simply grown too old to tell.
            state = outbox.SENT if alive else outbox.UNCERTAIN
            return self._settled(delivery, state, error.request_id, code=error.code)
        if alive and (not error.permanent or error.code in MENDABLE):
            with self._database.write() as db:
                delay, request_id = backoff(delivery.tries), error.request_id
                outbox.postpone(db, delivery.id, delay, error.code, request_id=request_id)
            return End.LATER
        if doubted:
            return self._settled(delivery, outbox.UNCERTAIN, error.request_id, code=error.code)
        state = outbox.DEAD if error.code == "invalid_reply_token" else outbox.REFUSED
        return self._settled(delivery, state, error.request_id, code=error.code)

    def _settled(
        self,
        delivery: Delivery,
        state: str,
        request_id: str | None,
        code: str | None = None,
        shown: Sequence[tuple[str, dict[str, Any]]] = (),
    ) -> End:
        with self._database.write() as db:
            outbox.settle(db, delivery.id, state, code=code, request_id=request_id)
            # In one transaction: a crash between the two would bring the outcome a second time.
            if state == outbox.SENT and delivery.job_id and delivery.kind == outbox.TICKET:
                jobs.ticket_offered(db, delivery.job_id)
            if state == outbox.SENT and delivery.job_id and delivery.kind == outbox.RESULT:
                jobs.delivered(db, delivery.job_id)
            if shown and delivery.job_id and delivery.kind != outbox.TICKET:
                showing.note(db, delivery.job_id, shown)
        if state == outbox.SENT:
            return End.SENT
        return End.UNCERTAIN if state == outbox.UNCERTAIN else End.DEAD

    # --- what is said

    def _content(self, db: Connection, delivery: Delivery) -> list[dict[str, Any]] | None:
        job = jobs.get(db, delivery.job_id) if delivery.job_id else None
        if job and (job.state == jobs.CANCELLED or job.erase_at is not None):
            return None  # taken back since this was written
        if delivery.messages is not None:
            return delivery.messages
        again = delivery.kind == outbox.AGAIN
        return self._outcome(db, job, again=again) if job else None

    def _outcome(self, db: Connection, job: Job, *, again: bool = False) -> list[dict[str, Any]]:
        """The pictures of a job, or why there are none; empty when it was erased.

        With a chat's first go the rules of the model's licence: the greeting may have been missed.
        """
        terms_url = None
        private = job.chat_kind == "user"
        if not again and jobs.is_first(db, job):
            terms_url = f"{self._settings.public_url}/terms"
        if job.state == jobs.FAILED:
            content = messages.failed(
                job.number,
                job.error_code or "paint_failed",
                lang=job.language,
                quote_token=job.quote_token,
                terms_url=terms_url,
            )
            return content if private else naming.named(content, None, job.user_id)
        stored = jobs.pictures_of(db, job.id)
        if not stored:
            return []
        content = messages.picture(
            job.number,
            [(self._storage.url(it.key), self._storage.url(it.preview_key)) for it in stored],
            lang=job.language,
            prompt=(job.request or {}).get("prompt"),
            kept=job.request,
            quote_token=job.quote_token,
            seeds=[it.seed for it in stored],
            again=again,
            terms_url=terms_url,
            sizes=None if private else [(it.width, it.height) for it in stored],
        )
        return content if private or again else naming.named(content, None, job.user_id)


def backoff(tries: int) -> float:
    """Seconds to wait after this many tries."""
    return BACKOFF[min(max(tries, 1), len(BACKOFF)) - 1]
