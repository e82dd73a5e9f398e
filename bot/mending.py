"""What an operator does about one job: paint it again, give it up, bring it again.

Each takes a transaction, changes the job only if it still is as it was seen, and returns what the
operator is told and whom to wake after the commit. Auditing is the caller's.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, update

from bot import jobs, outbox
from bot.chats import is_reachable
from bot.database import now
from bot.figures import Budget
from bot.jobs import CANCELLED, DELIVERED, DRAWN, FAILED, QUEUED, UNFINISHED, WAITING, Job
from bot.queue import Wake
from bot.settings import Settings
from bot.tables import deliveries
from bot.tables import jobs as table


class Done(NamedTuple):
    """done: whether anything was changed. said: what the operator is told."""

    done: bool
    said: str
    wakes: tuple[Wake, ...] = ()


class Way(NamedTuple):
    """How a job's pictures could come to its chat now.

    open: whether there is a way that nobody there has to ask for. price: messages of the month's
    budget; None: one for each member of a group.
    """

    open: bool
    price: int | None
    said: str


def retry(db: Connection, job: Job) -> Done:
    """Queue a failed job once more, as if it had never been tried."""
    if job.state != FAILED:
        return Done(False, f"Only a failed job can be painted again; this one is {job.state}.")
    if job.erase_at is not None or job.request is None:
        return Done(False, "What was to be painted has been erased: there is nothing to try again.")
    # An apology that still waits to be sent must not go out in place of the pictures.
    waits = and_(deliveries.c.job_id == job.id, deliveries.c.kind == outbox.RESULT)
    db.execute(delete(deliveries).where(waits, deliveries.c.state == outbox.READY))
    if outbox.unsettled(db, job.id, outbox.RESULT):
        return Done(False, "The chat is being told of the failure this moment. Try in a minute.")
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
        return _changed()
    return Done(True, f"{job.number} is in the queue again.", (Wake("draw", job.id),))


def cancel(db: Connection, job: Job) -> Done:
    """Give up a job that is not painted yet. Its chat is not told."""
    if job.state not in UNFINISHED:
        return Done(False, f"Only what is not painted yet can be cancelled; this is {job.state}.")
    if not jobs.cancel(db, job.id):
        return _changed()
    return Done(True, f"{job.number} is cancelled. The chat was not told: only a reply is free.")


def resend(db: Connection, job: Job, settings: Settings, budget: Budget | None) -> Done:
    """Bring a painted job's pictures (again), by the cheapest way that is open."""
    found = way(db, job, settings, budget)
    if not found.open:
        return Done(False, found.said)
    brought = (DRAWN, WAITING, DELIVERED)
    changed = db.execute(
        update(table)
        .where(
            table.c.id == job.id,
            table.c.state.in_(brought),
            table.c.erase_at.is_(None),
            table.c.deliver_tries == job.deliver_tries,
        )
        .values(state=DRAWN, finished_at=None, deliver_at=now(), deliver_tries=0)
    )
    if changed.rowcount != 1:
        return _changed()
    said = f"A courier brings {job.number}. {found.said}"
    return Done(True, said, (Wake("deliver", job.id),))


def way(db: Connection, job: Job, settings: Settings, budget: Budget | None) -> Way:
    """How the pictures could come to the chat, as far as the tables tell; LINE is not asked.

    It is the courier's ladder (bot.delivery): a reply, else a tap, else a push within the budget.
    budget: what a courier last heard of it.
    """
    if job.erase_at is not None or not jobs.pictures_of(db, job.id):
        return Way(False, 0, "There are no pictures: none were painted, or they are erased.")
    if job.state == CANCELLED:
        return Way(False, 0, "It was cancelled, and nobody waits for it.")
    if jobs.live_token(db, job.id, settings.reply_token_life):
        return Way(True, 0, "A reply token is at hand: it comes as a reply, free.")
    return _without_token(db, job, settings, budget)


def _without_token(db: Connection, job: Job, settings: Settings, budget: Budget | None) -> Way:
    ask = f"It is free if somebody writes {job.number} or 「受け取る」 in that chat."
    if outbox.may_have_arrived(db, job.id):
        why = "A reply ended without an answer: by another way the pictures might come twice."
        return Way(False, 0, f"{why} {ask}")
    if job.ticket_at is not None:
        return Way(False, 0, f"A 受け取る button stands in the chat, and a tap is free. {ask}")
    if outbox.pushed(db, job.id):
        return Way(False, 0, f"It was pushed once, and nothing is pushed twice. {ask}")
    if not settings.push:
        return Way(False, 0, f"No reply token is at hand, and PUSH is off. {ask}")
    if job.chat_id is None or not is_reachable(db, job.chat_id):
        return Way(False, 0, "The bot was blocked there, or has left the chat.")
    price = 1 if job.chat_kind == "user" else None
    left = None if budget is None else budget.quota.left
    if left is not None and left - settings.push_reserve < (price or 1):
        return Way(False, 0, f"No reply token is at hand, and the push budget is spent. {ask}")
    cost = "1 message" if price else "1 message for each member of the group"
    return Way(True, price, f"No reply token is at hand: a push carries it, for {cost}. {ask}")


def _changed() -> Done:
    return Done(False, "It has changed meanwhile. Look at it again.")
