"""Workers and couriers that are alive: each keeps one row that says what it is and does.

The database says who is alive rather than the broker: it answers while a worker is busy, and the
same with every broker. The rows are written by bot.tasks.heartbeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from bot.store.clock import now
from bot.store.schema import jobs, workers
from bot.store.statements import update_one

ALIVE_SECONDS = 20.0  # after which a silent process counts as gone
KEEP_SECONDS = 3600.0  # for which a process that ended without removing its row is shown


class Worker(NamedTuple):
    """One row of `workers`. id: host:pid, with which a job's lease_owner begins."""

    id: str
    process: str
    host: str
    pid: int
    started_at: float
    seen_at: float
    about: dict[str, Any]

    @property
    def skew(self) -> tuple[str, float] | None:
        """The clock it was compared with, and by how many seconds its own is ahead of that.

        The greater difference if two are known; None if none is.
        """
        clocks = (("the database", self.about.get("skew")), ("LINE", self.about.get("line_skew")))
        known = [(clock, float(seconds)) for clock, seconds in clocks if seconds is not None]
        return max(known, key=lambda pair: abs(pair[1]), default=None)

    @property
    def was_loading(self) -> bool:
        """Whether it had not loaded its model yet when it wrote its row."""
        return "loading" in self.about

    @property
    def alive(self) -> bool:
        """Whether it wrote its row lately, has loaded its model and does not hang."""
        return self.state in {"alive", "still"}

    @property
    def running(self) -> bool:
        """Whether its process lives: it is alive, or loads its model."""
        return self.alive or self.state == "loading"

    @property
    def state(self) -> str:
        """alive, loading, still, hung or silent.

        loading: its model is on the way, it paints nothing yet. still: no step for half the time
        after which it counts as hung. hung: it ended itself over that. silent: it was killed, is
        frozen, or cannot reach the database.
        """
        if self.about.get("hung"):
            return "hung"
        if self.seen_at <= now() - ALIVE_SECONDS:
            return "silent"
        if self.was_loading:
            return "loading"
        step_limit = self.about.get("step_limit")
        is_still = step_limit and self.about.get("still", 0) > step_limit / 2
        return "still" if is_still else "alive"


class Painting(NamedTuple):
    """A job that is being painted. worker: id of the worker that has it."""

    number: str
    worker: str
    step: int | None
    steps: int | None
    attempts: int
    since: float | None


def save(db: Connection, worker: Worker) -> None:
    """Write a process's row; the first time, delete rows that are older than KEEP_SECONDS."""
    values = {"seen_at": worker.seen_at, "about": worker.about}
    if update_one(db, workers, workers.c.id == worker.id, **values):
        return
    db.execute(delete(workers).where(workers.c.seen_at < worker.seen_at - KEEP_SECONDS))
    db.execute(insert(workers).values(**worker._asdict()))


def remove(db: Connection, worker_id: str) -> None:
    """Delete the row of a process that ends."""
    db.execute(delete(workers).where(workers.c.id == worker_id))


def record_hang(db: Connection, worker_id: str, details: Mapping[str, Any]) -> None:
    """Write into a worker's row over what it hangs; nothing of a person."""
    about = db.execute(select(workers.c.about).where(workers.c.id == worker_id)).scalar()
    if about is not None:
        about = {**about, "hung": {**details, "at": now()}}
        row = update(workers).where(workers.c.id == worker_id)
        db.execute(row.values(about=about, seen_at=now()))


def basic_id(db: Connection) -> str | None:
    """Return the LINE account's basic id, such as "@efude", as the couriers know it."""
    query = select(workers.c.about).where(workers.c.process == "courier")
    reports = db.execute(query.order_by(workers.c.seen_at.desc()).limit(5)).scalars()
    return next((about["basic_id"] for about in reports if about.get("basic_id")), None)


def can_start_from_images(db: Connection) -> bool | None:
    """Return whether a worker that is alive can paint from a picture; None if nobody says.

    A worker of an older version says nothing.
    """
    return _any_says(db, "image_to_image")


def can_enlarge(db: Connection) -> bool | None:
    """Return whether a worker that is alive can paint a picture larger; None if nobody says."""
    return _any_says(db, "enlarges")


def _any_says(db: Connection, name: str) -> bool | None:
    alive = (workers.c.process == "worker", workers.c.seen_at > now() - ALIVE_SECONDS)
    reports = db.execute(select(workers.c.about).where(*alive)).scalars()
    rows = [about.get(name) for about in reports if "loading" not in about]
    return any(rows) if rows and None not in rows else None


def all_workers(db: Connection) -> list[Worker]:
    """Return the processes seen within KEEP_SECONDS, by kind and host."""
    query = select(workers).where(workers.c.seen_at > now() - KEEP_SECONDS)
    rows = db.execute(query.order_by(workers.c.process.desc(), workers.c.host, workers.c.pid))
    return [Worker(*row) for row in rows]


def oldest_courier_start(workers_seen: Iterable[Worker]) -> float | None:
    """Return when the courier that has lived longest started; None if none is alive."""
    couriers = (
        worker.started_at for worker in workers_seen if worker.process == "courier" and worker.alive
    )
    return min(couriers, default=None)


def active_paintings(db: Connection) -> list[Painting]:
    """Return the jobs that are being painted, oldest first."""
    columns = (jobs.c.step, jobs.c.steps, jobs.c.attempts, jobs.c.drawing_at)
    query = select(jobs.c.number, jobs.c.lease_owner, *columns).where(jobs.c.state == "drawing")
    rows = db.execute(query.order_by(jobs.c.created_at))
    return [
        Painting(number, (owner or "").partition("/")[0], *rest) for number, owner, *rest in rows
    ]
