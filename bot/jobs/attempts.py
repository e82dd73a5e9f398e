"""Each attempt at a job, by whom and how it ended; the job itself knows only the last."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from bot.store.clock import now
from bot.store.prepared import Prepared
from bot.store.schema import attempts, jobs

PAINTED = "painted"
FAILED = "failed"  # its error code says why
STOPPED = "stopped"  # the worker was stopped, or a photo was missing: not counted
LOST = "lost"  # the worker did not renew its lease
HUNG = "hung"  # the worker took no step for too long, and ended itself
TAKEN_BACK = "taken back"  # the request was cancelled or unsent
WORKER_GONE = frozenset((LOST, HUNG))
_INSERT = Prepared(insert(attempts))


class Attempt(NamedTuple):
    """One row of `attempts`. owner: the job's lease_owner, host:pid/suffix."""

    job_id: str
    began_at: float
    owner: str
    number: int
    ended_at: float | None
    outcome: str | None
    error_code: str | None
    step: int | None
    steps: int | None

    @property
    def worker(self) -> str:
        """The id of the worker, host:pid."""
        return self.owner.partition("/")[0]


def begin(db: Connection, job_id: str, owner: str, number: int, at: float) -> None:
    """Store that an attempt begins. owner: the job's lease_owner."""
    _INSERT.run(db, owner=owner, job_id=job_id, number=number, began_at=at)


def end(
    db: Connection, condition: ColumnElement[bool], outcome: str, code: str | None = None
) -> None:
    """Store how the running attempts that meet a condition on `attempts` ended.

    code: what they failed from.
    """
    job = jobs.c.id == attempts.c.job_id
    progress = {
        name: select(jobs.c[name]).where(job).scalar_subquery() for name in ("step", "steps")
    }
    running = update(attempts).where(condition, attempts.c.ended_at.is_(None))
    db.execute(running.values(ended_at=now(), outcome=outcome, error_code=code, **progress))


def of_job(db: Connection, job_id: str) -> list[Attempt]:
    """Return every attempt at a job, oldest first."""
    query = select(attempts).where(attempts.c.job_id == job_id).order_by(attempts.c.began_at)
    return [Attempt(*row) for row in db.execute(query)]


def delete_of_job(db: Connection, job_id: str) -> None:
    """Delete the attempts at an erased job."""
    db.execute(delete(attempts).where(attempts.c.job_id == job_id))
