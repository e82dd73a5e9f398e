"""Figures of how it goes, from the tables: for /metrics and for the operator's pages."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from bot import pulse
from bot.database import now
from bot.jobs import UNDELIVERED
from bot.line import Quota
from bot.tables import deliveries, jobs, pictures

HOUR = 3600.0
STATES = ("queued", "drawing", "drawn", "waiting", "delivered", "failed", "cancelled")
# From which column to which a stage lasts.
STAGES = {
    "queue": ("created_at", "drawing_at"),
    "paint": ("drawing_at", "painted_at"),
    "store": ("painted_at", "drawn_at"),
    "bring": ("drawn_at", "finished_at"),
    "whole": ("created_at", "finished_at"),
}
JAPAN = dt.timezone(dt.timedelta(hours=9))  # LINE counts its months there


class Past(NamedTuple):
    """One job of late. Times are seconds since 1970. pictures: how many it has."""

    state: str
    error_code: str | None
    attempts: int
    created_at: float
    drawing_at: float | None
    painted_at: float | None
    drawn_at: float | None
    finished_at: float | None
    pictures: int


class Budget(NamedTuple):
    """The month's messages as a courier heard of them from LINE, and when."""

    quota: Quota
    at: float


def by_state(db: Connection) -> dict[str, int]:
    """How many jobs of all time are in each state."""
    counted = db.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state))
    count: dict[str, int] = {state: int(many) for state, many in counted}
    return {state: count.get(state, 0) for state in STATES}


def oldest(db: Connection) -> dict[str, float]:
    """The age in seconds of the oldest job in each state before delivery; 0: there is none."""
    query = select(jobs.c.state, func.min(jobs.c.created_at)).group_by(jobs.c.state)
    rows = db.execute(query.where(jobs.c.state.in_(UNDELIVERED)))
    found = {row.state: row[1] for row in rows}
    moment = now()
    return {it: max(0.0, moment - found[it]) if it in found else 0.0 for it in UNDELIVERED}


def past(db: Connection, since: float) -> list[Past]:
    """The jobs asked for since then."""
    many = select(func.count()).where(pictures.c.job_id == jobs.c.id).scalar_subquery()
    # All states there are: an index is over both columns.
    recent = (jobs.c.created_at > since) & jobs.c.state.in_(STATES)
    columns: list[Any] = [*(jobs.c[it] for it in Past._fields[:-1]), many]
    return [Past(*row) for row in db.execute(select(*columns).where(recent))]


def took(found: Iterable[Past], stage: str) -> list[float]:
    """Seconds that a stage lasted, in ascending order, of those jobs that came through it."""
    start, end = STAGES[stage]
    spans = ((getattr(it, start), getattr(it, end)) for it in found if it.state != "cancelled")
    # Each end was told by another machine's clock: a little before the start is possible.
    return sorted(max(0.0, end - start) for start, end in spans if None not in (start, end))


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest of these (in ascending order) that `share` of them do not exceed."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def month_began() -> float:
    """When LINE's month began, in seconds since 1970."""
    month = dt.datetime.now(JAPAN).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return month.timestamp()


def pushes_this_month(db: Connection) -> int:
    """What this bot's pushes cost this month, in messages, by its own count."""
    spent = select(func.coalesce(func.sum(deliveries.c.price), 0)).where(
        deliveries.c.created_at >= month_began(),
        deliveries.c.way == "push",
        deliveries.c.state == "sent",
    )
    return int(db.execute(spent).scalar_one())


def budget(found: Iterable[pulse.Worker]) -> Budget | None:
    """What a courier heard last of the month's messages; None without one that heard."""
    told = [it.about["quota"] for it in found if it.about.get("quota")]
    if not told:
        return None
    newest = max(told, key=lambda it: float(it["at"]))
    return Budget(Quota(newest["limit"], newest["used"]), newest["at"])
