"""Outcomes that are kept for their chat, of which nobody there has been told.

The reply with the outcome may have been lost, or no way to the chat was open when it was ready. The
next free reply token of that chat offers it (bot.tasks.offers): the tap brings a token of its own.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from bot.jobs.model import DELIVERABLE, Job, job_from_row
from bot.store import outbox
from bot.store.clock import now
from bot.store.schema import deliveries, jobs

OFFER_WITHIN_SECONDS = 24 * 3600.0  # after which nobody expects it any more


def kept_outcomes(db: Connection, chat_id: str, limit: int, *, without: str | None) -> list[Job]:
    """Return jobs of a chat whose outcome is to be offered, the newest first.

    without: the id of a job that is left out.
    """
    now_ts = now()
    ready_at = func.coalesce(jobs.c.drawn_at, jobs.c.created_at)
    pushed = _has_delivery(deliveries.c.way == outbox.PUSH)
    query = select(jobs).where(
        jobs.c.chat_id == chat_id,
        jobs.c.id != (without or ""),
        ready_at
        > now_ts - OFFER_WITHIN_SECONDS - case((pushed, outbox.PUSH_RETRY_SECONDS), else_=0),
        _KEPT,
        or_(jobs.c.ticket_at.is_(None), _in_doubt(deliveries.c.created_at > jobs.c.ticket_at)),
    )
    rows = db.execute(query.order_by(jobs.c.created_at.desc()).limit(limit)).mappings()
    return [job_from_row(row) for row in rows]


def count_in_doubt(db: Connection) -> int:
    """Count the jobs of which nobody knows whether their outcome has reached the chat."""
    return int(db.execute(select(func.count()).where(_KEPT, _in_doubt())).scalar_one())


_KEPT = and_(DELIVERABLE, jobs.c.deliver_at.is_(None), jobs.c.erase_at.is_(None))


def _in_doubt(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a delivery of the job's outcome may or may not have arrived."""
    return _has_delivery(deliveries.c.state == outbox.UNCERTAIN, *where)


def _has_delivery(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    of_outcome = (deliveries.c.job_id == jobs.c.id, deliveries.c.kind == outbox.RESULT)
    return select(deliveries.c.id).where(*of_outcome, *where).exists()
