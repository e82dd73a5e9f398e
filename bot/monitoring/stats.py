"""Statistics from the tables, for /metrics, the operator's pages and the watchdog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from bot.jobs import UNDELIVERED
from bot.jobs.percentile import percentile as nearest_rank
from bot.line import Quota
from bot.store.clock import JST, now
from bot.store.schema import deliveries, jobs, pictures
from bot.store.workers import Worker

HOUR_SECONDS = 3600.0
STATES = ("queued", "drawing", "drawn", "waiting", "delivered", "failed", "cancelled")
# Stage -> the columns of `jobs` with its start and its end.
STAGE_COLUMNS = {
    "queue": ("created_at", "drawing_at"),
    "paint": ("drawing_at", "painted_at"),
    "store": ("painted_at", "drawn_at"),
    "bring": ("drawn_at", "finished_at"),
    "whole": ("created_at", "finished_at"),
}


class JobTimes(NamedTuple):
    """How a recent job went. Times are seconds since 1970; None: not reached."""

    state: str
    error_code: str | None
    attempts: int
    created_at: float
    drawing_at: float | None
    painted_at: float | None
    drawn_at: float | None
    finished_at: float | None
    picture_count: int


class PushBudget(NamedTuple):
    """The month's message quota as a courier last read it from LINE, and when."""

    quota: Quota
    reported_at: float


def count_by_state(db: Connection) -> dict[str, int]:
    """Return how many jobs are in each state."""
    rows = db.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state))
    counts: dict[str, int] = {state: int(count) for state, count in rows}
    return {state: counts.get(state, 0) for state in STATES}


def oldest_created_at(db: Connection) -> dict[str, float]:
    """Return when the oldest job in each undelivered state was created; absent if there is none."""
    query = select(jobs.c.state, func.min(jobs.c.created_at)).group_by(jobs.c.state)
    rows = db.execute(query.where(jobs.c.state.in_(UNDELIVERED)))
    return {state: float(created_at) for state, created_at in rows}


def oldest_age(db: Connection) -> dict[str, float]:
    """Return the age in seconds of the oldest job in each undelivered state; 0 if there is none."""
    created_at, now_ts = oldest_created_at(db), now()
    return {state: max(0.0, now_ts - created_at.get(state, now_ts)) for state in UNDELIVERED}


def recent_jobs(db: Connection, since: float) -> list[JobTimes]:
    """Return the jobs created after `since`, in seconds since 1970."""
    picture_count = select(func.count()).where(pictures.c.job_id == jobs.c.id).scalar_subquery()
    # All states are named because the index is over both columns.
    recent = (jobs.c.created_at > since) & jobs.c.state.in_(STATES)
    columns: list[Any] = [*(jobs.c[name] for name in JobTimes._fields[:-1]), picture_count]
    return [JobTimes(*row) for row in db.execute(select(*columns).where(recent))]


def stage_durations(rows: Iterable[JobTimes], stage: str) -> list[float]:
    """Return the seconds that a stage took, ascending, for the jobs that passed it."""
    start_column, end_column = STAGE_COLUMNS[stage]
    spans = (
        (getattr(row, start_column), getattr(row, end_column))
        for row in rows
        if row.state != "cancelled"
    )
    # Two machines' clocks may put an end a little before its start.
    return sorted(max(0.0, end - start) for start, end in spans if None not in (start, end))


def percentile(ascending: Sequence[float], fraction: float) -> float | None:
    """Return the nearest-rank percentile of ascending values; None if there are none."""
    return nearest_rank(ascending, fraction) if ascending else None


def month_start() -> float:
    """Return when LINE's current month began (Japan time), in seconds since 1970."""
    month = dt.datetime.now(JST).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return month.timestamp()


def pushes_this_month(db: Connection) -> int:
    """Return what this bot's own pushes cost this month, in messages."""
    cost = select(func.coalesce(func.sum(deliveries.c.price), 0)).where(
        deliveries.c.created_at >= month_start(),
        deliveries.c.way == "push",
        deliveries.c.state == "sent",
    )
    return int(db.execute(cost).scalar_one())


def push_budget(workers: Iterable[Worker]) -> PushBudget | None:
    """Return the newest quota that a courier has read from LINE; None if none has."""
    reports = [worker.about["quota"] for worker in workers if worker.about.get("quota")]
    if not reports:
        return None
    newest = max(reports, key=lambda report: float(report["at"]))
    return PushBudget(Quota(newest["limit"], newest["used"]), newest["at"])
