"""How a finished picture reaches its chat exactly once, at the least cost.

    reply   with a token that is still good: free
    ticket  already offered: wait for the tap, which brings a fresh, free token
    push    where no tap can be expected and the month's budget allows it

What LINE guarantees decides the rest. A push carries a retry key and may be repeated until LINE
has it. A reply cannot: when one ends without an answer it is tried once more with the same token,
and "Invalid reply token" then means that the first try landed. If even that stays open, the
picture is not sent by another way, since it would come twice; whoever asks gets it.
(Messaging API reference: "Reply token", "Retry failed API requests".)
"""

from __future__ import annotations

import time
from dataclasses import replace
from enum import Enum
from typing import Any

import structlog

from bot import jobs, messages, outbox
from bot.chats import is_reachable
from bot.database import Database, now
from bot.jobs import Job
from bot.line import LineClient, LineError, Quota
from bot.outbox import Delivery
from bot.settings import Settings
from bot.storage import Storage

log = structlog.get_logger(__name__)

LEASE = 30.0  # longer than two tries of a call, each with 3 s to connect and 8 s to answer
BACKOFF = (1.0, 3.0, 10.0, 30.0, 60.0, 300.0)
PUSH_GIVE_UP = 20 * 3600.0  # LINE remembers a retry key for 24 hours
QUOTA_FRESH = 60.0


class End(Enum):
    """How one delivery ended."""

    SENT = "sent"
    LATER = "later"  # LINE did not take it, the same delivery may be tried again
    DEAD = "dead"  # this way is closed, another may be open
    UNCERTAIN = "uncertain"  # nobody knows
    BUSY = "busy"  # another courier has it


class Courier:
    """Brings outcomes, tickets and answers to chats. One per process; safe among threads."""

    def __init__(
        self, settings: Settings, database: Database, line: LineClient, storage: Storage
    ) -> None:
        self._settings = settings
        self._database = database
        self._line = line
        self._storage = storage
        self._quota: tuple[float, Quota] | None = None

    def deliver(self, job_id: str) -> None:
        """Bring a job's pictures, or the apology for a failed one, to its chat."""
        while self._deliver(job_id):
            pass  # a tap came while the outcome was put aside

    def _deliver(self, job_id: str) -> bool:
        """One try; whether to try again at once."""
        with self._database.write() as db:
            job = jobs.claim_delivery(db, job_id, LEASE)
        if job is None:
            return False
        structlog.contextvars.bind_contextvars(number=job.number, job=job.id)
        tapped = False
        try:
            end, job = self._bring(job)
        except Exception:
            with self._database.write() as db:
                jobs.deliver_later(db, job.id, _backoff(job.deliver_tries))
            raise
        with self._database.write() as db:
            if end is End.LATER:
                jobs.deliver_later(db, job.id, _backoff(job.deliver_tries))
            elif end in {End.DEAD, End.UNCERTAIN} and not jobs.wait_for_tap(db, job):
                jobs.deliver_later(db, job.id, 0.0)
                tapped = True
        log.info(
            "outcome", state=job.state, end=end.value, seconds=round(now() - job.created_at, 3)
        )
        return tapped

    def _bring(self, job: Job) -> tuple[End, Job]:
        """Go down the ladder until the outcome is sent, has to wait, or waits for a tap.

        Returns the job as it was last seen, too.
        """
        while True:
            with self._database.write() as db:
                held = jobs.hold_delivery(db, job, LEASE)
                if held is None:
                    return End.BUSY, job
                job = held
                delivery_id = self._begun(db, job) or self._reply(db, job)
                if delivery_id is None and outbox.unsettled(db, job.id, outbox.TICKET):
                    return End.LATER, job  # a ticket is on its way this very moment
                stop = job.ticket_at is not None or outbox.may_have_arrived(db, job.id)
            if delivery_id is None:
                if stop:
                    return End.DEAD, job
                try:
                    price = self._price(job)
                except LineError as error:
                    log.warning("budget unknown", code=error.code, status=error.status)
                    return End.DEAD if error.permanent else End.LATER, job
                if price is None:
                    return End.DEAD, job
                with self._database.write() as db:
                    # Asking for the price took time, in which anything may have happened.
                    held = jobs.hold_delivery(db, job, LEASE)
                    if held is None:
                        return End.BUSY, job
                    job = held
                    delivery_id = self._reply(db, job) or self._push(db, job, price)
            end = self._send(delivery_id)
            if end is not End.DEAD:
                return End.LATER if end is End.BUSY else end, job

    def _begun(self, db: Any, job: Job) -> str | None:
        earlier = outbox.unsettled(db, job.id, outbox.RESULT)
        return earlier.id if earlier else None

    def _reply(self, db: Any, job: Job) -> str | None:
        found = jobs.live_token(db, job.id, self._settings.reply_token_life)
        if not found or not jobs.spend(db, found[0]):
            return None
        token, token_at = found
        return outbox.add_reply(db, outbox.RESULT, token=token, token_at=token_at, job_id=job.id)

    def _push(self, db: Any, job: Job, price: int) -> str:
        assert job.chat_id
        if self._quota is not None:  # what LINE says is up to QUOTA_FRESH old; count along
            at, quota = self._quota
            self._quota = at, replace(quota, used=quota.used + price)
        return outbox.add_push(db, job.id, job.chat_id, price, self._outcome(db, job))

    def _price(self, job: Job) -> int | None:
        """What a push of the outcome costs; None when it must not, or cannot, be pushed."""
        with self._database.read() as db:
            reachable = job.chat_id is not None and is_reachable(db, job.chat_id)
            pushed = outbox.pushed(db, job.id)
        if not (self._settings.push and reachable and job.chat_id) or pushed:
            return None
        price = self._line.member_count(job.chat_id, job.chat_kind)
        quota = self._read_quota()
        left = None if quota.limit is None else quota.limit - quota.used
        if left is not None and left - self._settings.push_reserve < price:
            log.warning("push budget spent", price=price, left=left)
            return None
        return price

    def _read_quota(self) -> Quota:
        if self._quota is None or self._quota[0] < time.monotonic() - QUOTA_FRESH:
            self._quota = (time.monotonic(), self._line.quota())
        return self._quota[1]

    def offer_ticket(self, job_id: str) -> None:
        """Spend the job's dying reply token on a 受け取る button, unless it is finished by now."""
        with self._database.write() as db:
            job = jobs.get(db, job_id)
            if job is None or job.state not in jobs.UNFINISHED:
                return
            life, after = self._settings.reply_token_life, self._settings.ticket_after
            found = jobs.live_token(db, job_id, life, older_than=after)
            if not found or not jobs.spend(db, found[0]):
                return
            ahead = jobs.place(db, job)
            delivery_id = outbox.add_reply(
                db,
                outbox.TICKET,
                token=found[0],
                token_at=found[1],
                job_id=job_id,
                messages=messages.ticket(job.number, lang=job.language, position=ahead),
            )
        self.send(delivery_id)

    def send(self, delivery_id: str) -> None:
        """Send an answer, a ticket, or pictures that somebody asked for again."""
        self._send(delivery_id)

    def show_loading(self, job_id: str) -> None:
        """Show LINE's loading animation in a 1:1 chat while its job is unfinished."""
        with self._database.read() as db:
            job = jobs.get(db, job_id)
        if job is None or job.chat_kind != "user" or not job.chat_id:
            return
        if job.state not in jobs.UNFINISHED:
            return
        try:
            self._line.show_loading(job.chat_id)
        except LineError as error:
            # Nobody waits for an animation.
            log.info("no loading animation", code=error.code, line_request_id=error.request_id)

    # --- one delivery

    def _send(self, delivery_id: str) -> End:
        with self._database.write() as db:
            delivery = outbox.claim(db, delivery_id, LEASE)
            content = self._content(db, delivery) if delivery else None
        if delivery is None:
            return End.BUSY
        if not content:  # erased in the meantime: there is nothing to say any more
            return self._settled(delivery, outbox.DEAD, None, code="erased")
        started = time.monotonic()
        try:
            sent = self._call(delivery, content)
        except LineError as error:
            if error.ambiguous and delivery.way == outbox.REPLY and not delivery.doubt:
                delivery = self._doubt(delivery, error)
                return self._once_more(delivery, content)
            return self._ended(delivery, error)
        ms = round((time.monotonic() - started) * 1000)
        log.info("sent", kind=delivery.kind, way=delivery.way, ms=ms, tries=delivery.tries)
        return self._settled(delivery, outbox.SENT, sent.request_id)

    def _call(self, delivery: Delivery, content: list[dict[str, Any]]) -> Any:
        if delivery.way == outbox.PUSH:
            assert delivery.recipient
            assert delivery.retry_key
            return self._line.push(delivery.recipient, content, delivery.retry_key)
        assert delivery.token
        return self._line.reply(delivery.token, content)

    def _once_more(self, delivery: Delivery, content: list[dict[str, Any]]) -> End:
        try:
            sent = self._call(delivery, content)
        except LineError as error:
            return self._ended(delivery, error)
        return self._settled(delivery, outbox.SENT, sent.request_id)

    def _doubt(self, delivery: Delivery, error: LineError) -> Delivery:
        log.warning("reply without an answer", code=error.code, line_request_id=error.request_id)
        with self._database.write() as db:
            outbox.doubted(db, delivery.id, error.code, LEASE)
        return replace(delivery, doubt=True)

    def _ended(self, delivery: Delivery, error: LineError) -> End:
        """Settle a delivery that ended in an error."""
        age = now() - (delivery.token_at or delivery.created_at)
        alive = age < (self._settings.reply_token_life if delivery.token else PUSH_GIVE_UP)
        log.warning(
            "not sent",
            kind=delivery.kind,
            way=delivery.way,
            code=error.code,
            status=error.status,
            doubt=delivery.doubt,
            line_request_id=error.request_id,
        )
        if delivery.way == outbox.REPLY and delivery.doubt:
            # The first try is the only other use of this token, so it must have landed, unless the
            # token has simply grown too old to tell.
            landed = error.code == "invalid_reply_token" and alive
            state = outbox.SENT if landed else outbox.UNCERTAIN
            return self._settled(delivery, state, error.request_id, code=error.code)
        if not error.permanent and alive and not (error.ambiguous and delivery.token):
            with self._database.write() as db:
                outbox.postpone(db, delivery.id, _backoff(delivery.tries), error.code)
            return End.LATER
        state = outbox.DEAD if error.code == "invalid_reply_token" else outbox.REFUSED
        return self._settled(delivery, state, error.request_id, code=error.code)

    def _settled(
        self, delivery: Delivery, state: str, request_id: str | None, code: str | None = None
    ) -> End:
        with self._database.write() as db:
            outbox.settle(db, delivery.id, state, code=code, request_id=request_id)
            # In one transaction: a crash between the two would bring the outcome a second time.
            if state == outbox.SENT and delivery.job_id and delivery.kind == outbox.TICKET:
                jobs.ticket_offered(db, delivery.job_id)
            if state == outbox.SENT and delivery.job_id and delivery.kind == outbox.RESULT:
                jobs.delivered(db, delivery.job_id)
        if state == outbox.SENT:
            return End.SENT
        return End.UNCERTAIN if state == outbox.UNCERTAIN else End.DEAD

    # --- what is said

    def _content(self, db: Any, delivery: Delivery) -> list[dict[str, Any]] | None:
        job = jobs.get(db, delivery.job_id) if delivery.job_id else None
        if job and (job.state == jobs.CANCELLED or job.erase_at is not None):
            return None  # taken back since this was written
        if delivery.messages is not None:
            return delivery.messages
        again = delivery.kind == outbox.AGAIN
        return self._outcome(db, job, again=again) if job else None

    def _outcome(self, db: Any, job: Job, *, again: bool = False) -> list[dict[str, Any]]:
        """The pictures of a job, or why there are none; empty when it was erased."""
        if job.state == jobs.FAILED:
            return messages.failed(
                job.number,
                job.error_code or "paint_failed",
                lang=job.language,
                quote_token=job.quote_token,
            )
        stored = jobs.pictures_of(db, job.id)
        if not stored:
            return []
        return messages.picture(
            job.number,
            [(self._storage.url(it.key), self._storage.url(it.preview_key)) for it in stored],
            lang=job.language,
            prompt=(job.request or {}).get("prompt"),
            quote_token=job.quote_token,
            seeds=[it.seed for it in stored],
            again=again,
        )


def _backoff(tries: int) -> float:
    return BACKOFF[min(max(tries, 1), len(BACKOFF)) - 1]
