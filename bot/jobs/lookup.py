"""Read jobs for operators and logs: in any chat."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, or_, select

from bot.jobs.model import Job, job_from_row
from bot.store.schema import deliveries, events, jobs


def newest(db: Connection, states: Iterable[str] = (), limit: int = 20) -> list[Job]:
    """Return the newest jobs in these states (none given: in any)."""
    query = select(jobs).order_by(jobs.c.created_at.desc()).limit(limit)
    if wanted := list(states):
        query = query.where(jobs.c.state.in_(wanted))
    return [job_from_row(row) for row in db.execute(query).mappings()]


def by_number_anywhere(db: Connection, number: str) -> Job | None:
    """Return the job with this 受付番号 in any chat: for operators, never for answers in a chat."""
    row = db.execute(select(jobs).where(jobs.c.number == number)).mappings().first()
    return job_from_row(row) if row else None


def received_at(db: Connection, job: Job) -> float | None:
    """Return when the webhook that asked for a job was stored; None once that is deleted."""
    query = select(events.c.received_at).where(events.c.id == job.event_id)
    return db.execute(query).scalar_one_or_none()


def count_by_line_id(db: Connection, line_id: str) -> int:
    """Count the jobs that a user asked for in any chat, or those of a chat."""
    owned_by = or_(jobs.c.user_id == line_id, jobs.c.chat_id == line_id)
    return int(db.execute(select(func.count()).where(owned_by)).scalar_one())


def log_fields(db: Connection, row_id: str, *, delivery: bool = False) -> dict[str, str | None]:
    """Return what log lines say of a job: number, job, event_id, chat_kind, trace (traceparent).

    row_id: a job's id or, with `delivery`, that of a message about it. Empty if there is no such
    job: some answers are about none.
    """
    query = select(jobs.c.number, jobs.c.id, jobs.c.event_id, jobs.c.chat_kind, jobs.c.trace)
    if delivery:
        query = query.join(deliveries, deliveries.c.job_id == jobs.c.id)
    row = db.execute(query.where((deliveries if delivery else jobs).c.id == row_id)).first()
    names = ("number", "job", "event_id", "chat_kind", "trace")
    return dict(zip(names, row, strict=True)) if row else {}
