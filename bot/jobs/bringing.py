"""From drawn to delivered: who brings the outcome, and when."""

from __future__ import annotations

from sqlalchemy import Connection, and_, case, or_, select, update

from bot.database import now
from bot.jobs.model import BRINGABLE, DELIVERED, DRAWN, WAITING, Job
from bot.jobs.queries import get
from bot.tables import jobs


def claim_delivery(db: Connection, job_id: str, lease: float) -> Job | None:
    """Take a job whose outcome is to be brought; None when another courier is at it."""
    moment = now()
    taken = db.execute(
        update(jobs)
        .where(
            jobs.c.id == job_id,
            BRINGABLE,
            jobs.c.deliver_at.is_not(None),
            or_(jobs.c.deliver_lease.is_(None), jobs.c.deliver_lease < moment),
        )
        .values(deliver_lease=moment + lease, deliver_tries=jobs.c.deliver_tries + 1)
    )
    return get(db, job_id) if taken.rowcount == 1 else None


def hold_delivery(db: Connection, job: Job, lease: float) -> Job | None:
    """Renew the claim on a delivery and read the job anew.

    None when there is nothing to bring any more (cancelled, taken back), or when this courier was
    so slow that another has taken over: a claim is known by the end of its lease.
    """
    held = db.execute(
        update(jobs)
        .where(jobs.c.id == job.id, BRINGABLE, jobs.c.deliver_lease == job.deliver_lease)
        .values(deliver_lease=now() + lease)
    )
    return get(db, job.id) if held.rowcount == 1 else None


def delivered(db: Connection, job_id: str) -> None:
    """The outcome has reached the chat. A failed job stays failed, and is finished."""
    moment = now()
    db.execute(
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(
            state=case((jobs.c.state.in_((DRAWN, WAITING)), DELIVERED), else_=jobs.c.state),
            finished_at=moment,
            deliver_at=None,
            deliver_lease=None,
        )
    )


def wait_for_tap(db: Connection, job: Job) -> bool:
    """Leave the outcome until somebody asks; False when a tap came since `job` was read."""
    changed = db.execute(
        update(jobs)
        .where(jobs.c.id == job.id, jobs.c.wakes == job.wakes)
        .values(
            state=case((jobs.c.state == DRAWN, WAITING), else_=jobs.c.state),
            deliver_at=None,
            deliver_lease=None,
        )
    )
    return changed.rowcount == 1


def deliver_later(db: Connection, job_id: str, delay: float) -> None:
    """Let go of a delivery; the sweep takes it up again in `delay` seconds."""
    db.execute(
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(
            deliver_at=case((jobs.c.deliver_at.is_not(None), now() + delay), else_=None),
            deliver_lease=None,
        )
    )


def to_bring(db: Connection, again_after: float, limit: int = 200) -> list[str]:
    """Jobs whose outcome is due; they are not named again for `again_after` seconds."""
    moment = now()
    due = and_(jobs.c.deliver_at <= moment, BRINGABLE)
    free = or_(jobs.c.deliver_lease.is_(None), jobs.c.deliver_lease < moment)
    query = select(jobs.c.id).where(due, free).order_by(jobs.c.deliver_at).limit(limit)
    found = list(db.execute(query).scalars())
    if found:
        db.execute(
            update(jobs).where(jobs.c.id.in_(found), due).values(deliver_at=moment + again_after)
        )
    return found


def ticket_offered(db: Connection, job_id: str) -> None:
    """A ticket stands in the chat: a tap can be expected."""
    db.execute(update(jobs).where(jobs.c.id == job_id).values(ticket_at=now()))
