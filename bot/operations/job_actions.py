"""What an operator does about one job: paint it again, cancel it, send its pictures again.

Each action takes a transaction, changes the job only if it is still as the operator saw it, and
returns the task messages to publish after the commit. The caller writes the audit entry.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, update

from bot import jobs
from bot.jobs import CANCELLED, DELIVERED, DRAWN, FAILED, QUEUED, UNFINISHED, WAITING, Job
from bot.monitoring.stats import PushBudget
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.store import outbox
from bot.store.chats import is_reachable
from bot.store.clock import now
from bot.store.schema import deliveries
from bot.store.schema import jobs as table
from bot.texts.sentence import Sentence


class ActionResult(NamedTuple):
    """What an action did. said: to the operator. messages: to publish after the commit."""

    changed: bool
    said: Sentence
    messages: tuple[TaskMessage, ...] = ()


class DeliveryRoute(NamedTuple):
    """How a job's pictures could come to its chat now.

    is_open: whether they can be sent without a message from the chat. price: messages of the
    month's budget; None: one for each member of a group.
    """

    is_open: bool
    price: int | None
    said: Sentence


_OUT_OF_DATE = ActionResult(False, Sentence("job_action.out_of_date"))


def retry(db: Connection, job: Job) -> ActionResult:
    """Put a failed job in the queue again, as if it had never been tried."""
    if job.state != FAILED:
        return ActionResult(False, Sentence("job_action.only_failed", state=_state(job)))
    if job.erase_at is not None or job.request is None:
        return ActionResult(False, Sentence("job_action.was_erased"))
    # An apology that still waits to be sent must not go out in place of the pictures.
    result_of_job = and_(deliveries.c.job_id == job.id, deliveries.c.kind == outbox.RESULT)
    db.execute(delete(deliveries).where(result_of_job, deliveries.c.state == outbox.READY))
    if outbox.unsettled(db, job.id, outbox.RESULT):
        return ActionResult(False, Sentence("job_action.being_told"))
    changed = db.execute(
        update(table)
        .where(table.c.id == job.id, table.c.state == FAILED, table.c.erase_at.is_(None))
        .values(
            state=QUEUED,
            error_code=None,
            attempts=0,
            step=None,
            drawing_at=None,
            painted_at=None,
            drawn_at=None,
            finished_at=None,
            deliver_at=None,
            deliver_lease=None,
            deliver_tries=0,
            published_at=now(),
        )
    )
    if changed.rowcount != 1:
        return _OUT_OF_DATE
    said = Sentence("job_action.queued_again", number=job.number)
    return ActionResult(True, said, (TaskMessage("draw", job.id),))


def cancel(db: Connection, job: Job) -> ActionResult:
    """Cancel a job that is not painted yet. Its chat is not told."""
    if job.state not in UNFINISHED:
        return ActionResult(False, Sentence("job_action.only_unpainted", state=_state(job)))
    if not jobs.cancel(db, job.id):
        return _OUT_OF_DATE
    return ActionResult(True, Sentence("job_action.cancelled", number=job.number))


def resend(db: Connection, job: Job, settings: Settings, budget: PushBudget | None) -> ActionResult:
    """Send a painted job's pictures (again), by the cheapest route that is open."""
    route = delivery_route(db, job, settings, budget)
    if not route.is_open:
        return ActionResult(False, route.said)
    changed = db.execute(
        update(table)
        .where(
            table.c.id == job.id,
            table.c.state.in_((DRAWN, WAITING, DELIVERED)),
            table.c.erase_at.is_(None),
            table.c.deliver_tries == job.deliver_tries,
        )
        .values(state=DRAWN, finished_at=None, deliver_at=now(), deliver_tries=0)
    )
    if changed.rowcount != 1:
        return _OUT_OF_DATE
    said = Sentence("job_action.brought", number=job.number, route=route.said)
    return ActionResult(True, said, (TaskMessage("deliver", job.id),))


def delivery_route(
    db: Connection, job: Job, settings: Settings, budget: PushBudget | None
) -> DeliveryRoute:
    """Return how the pictures could come to the chat, by the tables alone: LINE is not asked.

    The order is that of bot.tasks.delivery: a reply, else a tap, else a push within the budget.
    budget: as a courier last read it.
    """
    if job.erase_at is not None or not jobs.pictures_of(db, job.id):
        return _closed(Sentence("job_action.no_pictures"))
    if job.state == CANCELLED:
        return _closed(Sentence("job_action.was_cancelled"))
    if jobs.live_token(db, job.id, settings.reply_token_ttl_seconds):
        return DeliveryRoute(True, 0, Sentence("job_action.by_reply"))
    if reason := _why_not_pushed(db, job, settings):
        return _closed(_with_hint(reason, job))
    if job.chat_id is None or not is_reachable(db, job.chat_id):
        return _closed(Sentence("job_action.unreachable"))
    price = 1 if job.chat_kind == "user" else None
    left = None if budget is None else budget.quota.remaining
    if left is not None and left - settings.push_reserve < (price or 1):
        return _closed(_with_hint("budget_spent", job))
    return DeliveryRoute(True, price, _with_hint("by_push_one" if price else "by_push_group", job))


def _why_not_pushed(db: Connection, job: Job, settings: Settings) -> str | None:
    """Return why pictures are not pushed, as a key of the texts' table job_action."""
    if outbox.may_have_arrived(db, job.id):
        return "perhaps_arrived"
    if job.ticket_at is not None:
        return "ticket_there"
    if outbox.was_pushed(db, job.id):
        return "pushed_once"
    return None if settings.push_enabled else "push_off"


def _with_hint(reason: str, job: Job) -> Sentence:
    """Add to a sentence of the table job_action what is free in any case."""
    hint = Sentence("job_action.hint", number=job.number)
    return Sentence("job_action.with_hint", reason=Sentence(f"job_action.{reason}"), hint=hint)


def _closed(said: Sentence) -> DeliveryRoute:
    return DeliveryRoute(False, 0, said)


def _state(job: Job) -> Sentence:
    return Sentence(f"job_state.{job.state}")
