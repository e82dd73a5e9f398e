"""Each attempt at a job, by whom and how it ended: of a job itself only the last is known."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from bot.database import now
from bot.prepared import Prepared
from bot.tables import attempts, jobs

PAINTED = "painted"
FAILED = "failed"  # its error code says how
STOPPED = "stopped"  # the worker was stopped, or a photo had not come: it does not count
LOST = "lost"  # the worker gave no sign of life until its lease was over
HUNG = "hung"  # it took no step for too long, and ended itself
TAKEN_BACK = "taken back"  # by its author
WORKER_GONE = frozenset((LOST, HUNG))
_INSERT = Prepared(insert(attempts))


class Attempt(NamedTuple):
    """One row of `attempts`. owner: host:pid/mark. step: how far it was known to be."""

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
        """host:pid, as the log lines and `workers` have it."""
        return self.owner.partition("/")[0]


def begin(db: Connection, job_id: str, owner: str, number: int, at: float) -> None:
    """An attempt begins. owner: the job's lease_owner."""
    _INSERT.run(db, owner=owner, job_id=job_id, number=number, began_at=at)


def end(db: Connection, which: ColumnElement[bool], outcome: str, code: str | None = None) -> None:
    """The attempts among `which` that were not over have ended so. code: what it failed from.

    which: a condition on `attempts`.
    """
    mine = jobs.c.id == attempts.c.job_id
    how_far = {
        name: select(jobs.c[name]).where(mine).scalar_subquery() for name in ("step", "steps")
    }
    db.execute(
        update(attempts)
        .where(which, attempts.c.ended_at.is_(None))
        .values(ended_at=now(), outcome=outcome, error_code=code, **how_far)
    )


def of_job(db: Connection, job_id: str) -> list[Attempt]:
    """Every attempt at a job, the first first."""
    query = select(attempts).where(attempts.c.job_id == job_id).order_by(attempts.c.began_at)
    return [Attempt(*row) for row in db.execute(query)]


def forget(db: Connection, job_id: str) -> None:
    """Drop what is known of the attempts at an erased job."""
    db.execute(delete(attempts).where(attempts.c.job_id == job_id))
