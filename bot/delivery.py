"""How a finished picture reaches its chat exactly once, at the least cost.

    reply   with a token that is still good: free
    ticket  already offered: wait for the tap, which brings a fresh, free token
    push    where no tap can be expected and the month's budget allows it

A reply of which nobody can tell whether it arrived (bot.sending) is not followed by another way,
since the picture would come twice; whoever asks gets it.
"""

from __future__ import annotations

import time
from dataclasses import replace

import structlog
from sqlalchemy import Connection

from bot import jobs, messages, naming, outbox, sending, waiting
from bot.chats import is_reachable
from bot.database import Database, now
from bot.jobs import Job
from bot.line import LineClient, LineError, Quota
from bot.line.client import ChatKind
from bot.sending import GIVE_UP_AFTER, MENDABLE, End, Sender, backoff
from bot.settings import Settings
from bot.storage import Storage

log = structlog.get_logger(__name__)

QUOTA_FRESH = 60.0


class Courier(Sender):
    """Brings outcomes, tickets and answers to chats. One per process; safe among threads."""

    def __init__(
        self, settings: Settings, database: Database, line: LineClient, storage: Storage
    ) -> None:
        super().__init__(settings, database, line, storage)
        self._quota: tuple[float, Quota] | None = None

    def deliver(self, job_id: str) -> None:
        """Bring a job's pictures, or the apology for a failed one, to its chat."""
        while self._deliver(job_id):
            pass  # a tap came while the outcome was put aside

    def _deliver(self, job_id: str) -> bool:
        """One try; whether to try again at once."""
        with self._database.write() as db:
            job = jobs.claim_delivery(db, job_id, sending.LEASE)
        if job is None:
            return False
        structlog.contextvars.bind_contextvars(number=job.number, job=job.id)
        tapped = False
        try:
            end, job = self._bring(job)
        except Exception:
            with self._database.write() as db:
                if job.deliver_tries < GIVE_UP_AFTER or not jobs.wait_for_tap(db, job):
                    jobs.deliver_later(db, job.id, backoff(job.deliver_tries))
            raise
        with self._database.write() as db:
            if end is End.LATER:
                jobs.deliver_later(db, job.id, backoff(job.deliver_tries))
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
                held = jobs.hold_delivery(db, job, sending.LEASE)
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
                    lasting = error.permanent and error.code not in MENDABLE
                    return End.DEAD if lasting else End.LATER, job
                if price is None:
                    return End.DEAD, job
                with self._database.write() as db:
                    # Asking for the price took time, in which anything may have happened.
                    held = jobs.hold_delivery(db, job, sending.LEASE)
                    if held is None:
                        return End.BUSY, job
                    job = held
                    delivery_id = self._reply(db, job) or self._push(db, job, price)
            end = self.send(delivery_id)
            if end is not End.DEAD:
                return End.LATER if end is End.BUSY else end, job

    def _begun(self, db: Connection, job: Job) -> str | None:
        earlier = outbox.unsettled(db, job.id, outbox.RESULT)
        return earlier.id if earlier else None

    def _reply(self, db: Connection, job: Job) -> str | None:
        found = jobs.live_token(db, job.id, self._settings.reply_token_life)
        if not found or not jobs.spend(db, found[0]):
            return None
        token, token_at = found
        return outbox.add_reply(db, outbox.RESULT, token=token, token_at=token_at, job_id=job.id)

    def _push(self, db: Connection, job: Job, price: int) -> str:
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

    def price_of(self, chat_id: str, kind: ChatKind) -> int:
        """What one push there costs, in messages. Raises LineError."""
        return self._line.member_count(chat_id, kind)

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
            wait = waiting.how_long(db, job)
            private = job.chat_kind == "user"
            tell = messages.ticket if private else messages.ticket_in_group
            content = tell(job.number, lang=job.language, position=wait.place, seconds=wait.seconds)
            if not private:
                content = naming.named(content, job.quote_token, job.user_id)
            delivery_id = outbox.add_reply(
                db,
                outbox.TICKET,
                token=found[0],
                token_at=found[1],
                job_id=job_id,
                messages=content,
            )
        self.send(delivery_id)

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
