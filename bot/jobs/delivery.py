"""From drawn to delivered: who brings the outcome to the chat, and when."""

from __future__ import annotations

from sqlalchemy import Connection, and_, case, update

from bot.jobs.model import DELIVERABLE, DELIVERED, DRAWN, WAITING, Job
from bot.jobs.queries import get
from bot.store.clock import now
from bot.store.schema import jobs
from bot.store.statements import lease_over, take_due, update_one


def claim_delivery(db: Connection, job_id: str, lease: float) -> Job | None:
    """Take a job whose outcome is to be delivered, for `lease` seconds.

    Returns None if another courier has it or there is nothing to deliver.
    """
    now_ts = now()
    free = and_(jobs.c.deliver_at.is_not(None), lease_over(jobs.c.deliver_lease, now_ts))
    values = {"deliver_lease": now_ts + lease, "deliver_tries": jobs.c.deliver_tries + 1}
    claimed = update_one(db, jobs, jobs.c.id == job_id, DELIVERABLE, free, **values)
    return get(db, job_id) if claimed else None


def renew_delivery_lease(db: Connection, job: Job, lease: float) -> Job | None:
    """Keep a claimed delivery for `lease` more seconds, and read the job anew.

    Returns None if there is nothing to deliver any more (cancelled, taken back), or if another
    courier has taken over: a claim is known by the end of its lease.
    """
    claimed = and_(DELIVERABLE, jobs.c.deliver_lease == job.deliver_lease)
    held = update_one(db, jobs, jobs.c.id == job.id, claimed, deliver_lease=now() + lease)
    return get(db, job.id) if held else None


def mark_delivered(db: Connection, job_id: str) -> None:
    """Note that the outcome has reached the chat. A failed job stays failed, and is finished."""
    values = {
        "state": case((jobs.c.state.in_((DRAWN, WAITING)), DELIVERED), else_=jobs.c.state),
        "finished_at": now(),
        "deliver_at": None,
        "deliver_lease": None,
    }
    db.execute(update(jobs).where(jobs.c.id == job_id).values(**values))


def wait_for_tap(db: Connection, job: Job) -> bool:
    """Keep the outcome until somebody asks; returns False if a tap came since `job` was read."""
    values = {
        "state": case((jobs.c.state == DRAWN, WAITING), else_=jobs.c.state),
        "deliver_at": None,
        "deliver_lease": None,
    }
    return update_one(db, jobs, jobs.c.id == job.id, jobs.c.wakes == job.wakes, **values)


def postpone_delivery(db: Connection, job_id: str, delay: float) -> None:
    """Release a claimed delivery; the sweep takes it up again in `delay` seconds."""
    deliver_at = case((jobs.c.deliver_at.is_not(None), now() + delay), else_=None)
    job = update(jobs).where(jobs.c.id == job_id)
    db.execute(job.values(deliver_at=deliver_at, deliver_lease=None))


def due_deliveries(db: Connection, again_after: float) -> list[str]:
    """Return ids of jobs to deliver by now; they are not returned again for `again_after` s."""
    now_ts = now()
    return take_due(
        db,
        jobs,
        and_(DELIVERABLE, jobs.c.deliver_at <= now_ts, lease_over(jobs.c.deliver_lease, now_ts)),
        order_by=jobs.c.deliver_at,
        deliver_at=now_ts + again_after,
    )


def record_ticket(db: Connection, job_id: str) -> None:
    """Note that a ticket was sent to the chat: a tap can be expected."""
    db.execute(update(jobs).where(jobs.c.id == job_id).values(ticket_at=now()))
