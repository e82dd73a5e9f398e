"""How a job's outcome reaches its chat exactly once, at the least cost.

    reply   with a token that is still good: free
    ticket  already offered: wait for the tap, which brings a fresh, free token
    push    where no tap can be expected and the month's budget allows it

A reply that may have arrived (bot.tasks.sending) is not followed by another route, since the
picture would come twice; whoever asks gets it.
"""

from __future__ import annotations

from typing import NamedTuple

import structlog
from sqlalchemy import Connection

from bot import jobs
from bot.backoff import retry_delay
from bot.jobs import Job
from bot.line import LineError
from bot.settings import Settings
from bot.storage import Storage
from bot.store import outbox
from bot.store.chats import is_reachable
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks.outcome import outcome_messages
from bot.tasks.push_budget import PushBudget
from bot.tasks.sending import (
    LEASE_SECONDS,
    MAX_TRIES,
    RECOVERABLE_CODES,
    RETRY_DELAYS,
    OutboxSender,
    SendResult,
)
from bot.telemetry import process_metrics

log = structlog.get_logger(__name__)


class _Step(NamedTuple):
    """What to do next about an outcome: send this delivery, or stop with this result, or push."""

    delivery_id: str | None = None
    result: SendResult | None = None


class Courier:
    """Brings the outcomes of jobs to their chats. One per process; safe among threads."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        storage: Storage,
        sender: OutboxSender,
        budget: PushBudget,
    ) -> None:
        self._settings = settings
        self._database = database
        self._storage = storage
        self._sender = sender
        self._budget = budget

    def deliver(self, job_id: str) -> None:
        """Bring a job's pictures, or the apology for a failed one, to its chat."""
        while self._deliver(job_id):
            pass  # a tap came while the outcome was put aside

    def _deliver(self, job_id: str) -> bool:
        """Try once; returns whether to try again at once."""
        with self._database.write() as db:
            job = jobs.claim_delivery(db, job_id, LEASE_SECONDS)
            if job is None:
                return False
            step = self._next_step(db, job)
        structlog.contextvars.bind_contextvars(number=job.number, job=job.id)
        try:
            result, job = self._follow(job, step)
        except Exception:
            with self._database.write() as db:
                if job.deliver_tries < MAX_TRIES or not jobs.wait_for_tap(db, job):
                    self._postpone(db, job)
            raise
        seconds = round(now() - job.created_at, 3)
        log.info("outcome.tried", state=job.state, result=result.value, seconds=seconds)
        if result is SendResult.SENT:
            process_metrics.observe_delivery(seconds)
        return self._put_aside(job, result)

    def _put_aside(self, job: Job, result: SendResult) -> bool:
        """Leave an outcome that was not sent to the sweep or a tap; returns whether one came."""
        if result in {SendResult.SENT, SendResult.LOCKED}:
            return False
        with self._database.write() as db:
            if result is SendResult.RETRY:
                self._postpone(db, job)
            elif not jobs.wait_for_tap(db, job):
                jobs.postpone_delivery(db, job.id, 0.0)
                return True
        return False

    def _postpone(self, db: Connection, job: Job) -> None:
        jobs.postpone_delivery(db, job.id, retry_delay(RETRY_DELAYS, job.deliver_tries))

    def _follow(self, job: Job, step: _Step) -> tuple[SendResult, Job]:
        """Go down the routes until the outcome is sent, has to wait, or waits for a tap.

        Returns the job as it was last read, too.
        """
        while True:
            if step == _Step():
                step, job = self._push(job)
            if step.delivery_id is None:
                assert step.result
                return step.result, job
            result = self._sender.send(step.delivery_id)
            if result is not SendResult.REJECTED:
                return SendResult.RETRY if result is SendResult.LOCKED else result, job
            with self._database.write() as db:
                held = jobs.renew_delivery_lease(db, job, LEASE_SECONDS)
                if held is None:
                    return SendResult.LOCKED, job
                job, step = held, self._next_step(db, held)

    def _next_step(self, db: Connection, job: Job) -> _Step:
        begun = outbox.unsettled(db, job.id, outbox.RESULT)
        if delivery_id := begun.id if begun else self._add_reply(db, job):
            return _Step(delivery_id)
        if outbox.unsettled(db, job.id, outbox.TICKET):
            return _Step(result=SendResult.RETRY)  # a ticket is on its way this very moment
        if job.ticket_at is not None or outbox.may_have_arrived(db, job.id):
            return _Step(result=SendResult.REJECTED)
        return _Step()

    def _add_reply(self, db: Connection, job: Job) -> str | None:
        """Spend a live reply token of the job on its outcome; None if it has none."""
        token = jobs.live_token(db, job.id, self._settings.reply_token_ttl_seconds)
        if not token or not jobs.spend_token(db, token[0]):
            return None
        return outbox.add_reply(db, outbox.RESULT, token=token[0], token_at=token[1], job_id=job.id)

    def _push(self, job: Job) -> tuple[_Step, Job]:
        """Add a push of the outcome, or a reply where a token came while LINE was asked."""
        try:
            price = self._affordable_price(job)
        except LineError as error:
            log.warning("push.quota_unknown", code=error.code, status=error.status)
            lasting = error.permanent and error.code not in RECOVERABLE_CODES
            return _Step(result=SendResult.REJECTED if lasting else SendResult.RETRY), job
        if price is None:
            return _Step(result=SendResult.REJECTED), job
        with self._database.write() as db:
            # Asking for the price took time, in which anything may have happened.
            held = jobs.renew_delivery_lease(db, job, LEASE_SECONDS)
            if held is None:
                return _Step(result=SendResult.LOCKED), job
            return _Step(self._add_reply(db, held) or self._add_push(db, held, price)), held

    def _add_push(self, db: Connection, job: Job, price: int) -> str:
        assert job.chat_id
        self._budget.count(price)
        content = outcome_messages(db, self._storage, self._settings, job)
        return outbox.add_push(db, job.id, job.chat_id, price, content)

    def _affordable_price(self, job: Job) -> int | None:
        """Return what a push of the outcome costs; None if it must not, or cannot, be pushed."""
        with self._database.read() as db:
            reachable = job.chat_id is not None and is_reachable(db, job.chat_id)
            pushed = outbox.was_pushed(db, job.id)
        if not (self._settings.push_enabled and reachable and job.chat_id) or pushed:
            return None
        return self._budget.affordable_price(job.chat_id, job.chat_kind)
