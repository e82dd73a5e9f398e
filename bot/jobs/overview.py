"""What an operator asks of the jobs: lists, and one job in whatever chat it is."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, or_, select

from bot.jobs.model import Job, as_job
from bot.tables import deliveries, events, jobs


def newest(
    db: Connection, states: Iterable[str] = (), limit: int = 20, before: float | None = None
) -> list[Job]:
    """The newest jobs, in these states (in any, without some); `before`: created before then."""
    query = select(jobs).order_by(jobs.c.created_at.desc()).limit(limit)
    if wanted := list(states):
        query = query.where(jobs.c.state.in_(wanted))
    if before is not None:
        query = query.where(jobs.c.created_at < before)
    return [Job(**row) for row in db.execute(query).mappings()]


def anywhere(db: Connection, number: str) -> Job | None:
    """The job with this 受付番号 in any chat: for operators, never for an answer in a chat."""
    return as_job(db.execute(select(jobs).where(jobs.c.number == number)).mappings().first())


def received_at(db: Connection, job: Job) -> float | None:
    """When the webhook that asked for it was stored; None once that has been forgotten."""
    query = select(events.c.received_at).where(events.c.id == job.event_id)
    return db.execute(query).scalar_one_or_none()


def count_of(db: Connection, line_id: str) -> int:
    """How many jobs a person asked for in any chat, or how many there were in this chat."""
    theirs = or_(jobs.c.user_id == line_id, jobs.c.chat_id == line_id)
    return int(db.execute(select(func.count()).where(theirs)).scalar_one())


def named(db: Connection, an_id: str, *, delivery: bool = False) -> dict[str, str | None]:
    """What log lines say of a job, by its id or (delivery) by that of a message about it; trace:
    its whole traceparent, if it has one.

    Empty where there is no such job: some answers are about none.
    """
    query = select(jobs.c.number, jobs.c.id, jobs.c.event_id, jobs.c.chat_kind, jobs.c.trace)
    if delivery:
        query = query.join(deliveries, deliveries.c.job_id == jobs.c.id)
    row = db.execute(query.where((deliveries if delivery else jobs).c.id == an_id)).first()
    names = ("number", "job", "event_id", "chat_kind", "trace")
    return dict(zip(names, row, strict=True)) if row else {}
