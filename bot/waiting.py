"""How long somebody will wait, as far as that was measured: nothing is told that was not.

From the paintings of the last hour: how long one takes (p50 to p90), and how many come out of the
house in a time. Who waits behind others waits for so many to be finished that a place is free, and
then for their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select

from bot import chats, jobs, pulse, switches
from bot.database import now
from bot.jobs import DELIVERED, DRAWING, DRAWN, UNFINISHED, WAITING, Job
from bot.tables import events
from bot.tables import jobs as table

RECENT = 3600.0  # seconds; what was measured before may have been another model
SAMPLE = 50  # paintings, the newest
FEWEST = 3  # paintings, before anything is told
LONG = 15.0  # seconds; of less, one need not speak
FADES = 55.0  # seconds after which LINE's animation, of at most 60, is asked for again
LOOKS = 600.0  # seconds for which somebody may still be looking at it
AT_ONCE = 100  # animations that one tick asks for; LINE takes as many in a second


class Wait(NamedTuple):
    """How it stands with a job. place: 0 when it is being painted, 1 when it is next, and so on.
    seconds: from and to, None where too little was measured or it will be quick."""

    place: int
    seconds: tuple[float, float] | None = None


class Measured(NamedTuple):
    """Recent paintings: (began, ended, pictures) of each, in seconds since 1970."""

    paintings: Sequence[tuple[float, float, int]]

    def lengths(self, pictures: int) -> list[float]:
        """How long they took, sorted: those of as many pictures, or all where those are few."""
        alike = [end - start for start, end, many in self.paintings if many == pictures]
        if len(alike) < FEWEST:
            alike = [end - start for start, end, _ in self.paintings]
        return sorted(alike)

    def apart(self, places: int) -> tuple[float, float]:
        """Seconds from one that is finished to the next, while the queue is long: at the least and
        at the most.

        At the least: all places are full, and each paints as fast as they did. At the most: no more
        come out than so far, in the time in which something was painted.
        """
        total = sum(end - start for start, end, _ in self.paintings)
        least = total / len(self.paintings) / places
        busy = _length_of_union(self.paintings) / len(self.paintings)
        return least, max(least, busy)


def how_long(db: Connection, job: Job) -> Wait:
    """A job's place, and from when to when it should be painted."""
    place = jobs.place(db, job)
    measured = _measured(db)
    places = _places(db)
    if len(measured.paintings) < FEWEST or not places:
        return Wait(place)
    lengths = measured.lengths(job.asked)
    usual, slow = _rank(lengths, 0.5), _rank(lengths, 0.9)
    if job.state == DRAWING:
        low, high = _left(job, usual, slow)
    else:
        query = select(func.count()).where(table.c.state == DRAWING)
        painting = int(db.execute(query).scalar_one())
        before = max(0, painting + place - places)  # to be finished until a place is free
        least, most = measured.apart(places)
        low, high = before * least + usual, before * most + slow
    return Wait(place, (low, high) if high > LONG else None)


def _left(job: Job, usual: float, slow: float) -> tuple[float, float]:
    """What is left of a painting: by its steps where they are known, else by what others took."""
    gone = now() - (job.drawing_at or now())
    if job.step and job.steps and job.step >= 2:
        left = gone / job.step * max(0, job.steps - job.step)
        return left, left
    return max(0.0, usual - gone), max(0.0, slow - gone)


def _measured(db: Connection) -> Measured:
    columns = (table.c.drawing_at, table.c.painted_at, table.c.asked)
    since = now() - RECENT
    found = []
    for state in (DRAWN, WAITING, DELIVERED):  # one by one: each is the end of an index
        query = select(*columns).where(table.c.state == state, table.c.created_at > since)
        newest = query.order_by(table.c.created_at.desc()).limit(SAMPLE)
        found += [(start, end, many) for start, end, many in db.execute(newest) if start and end]
    return Measured(sorted(found, key=lambda it: it[1])[-SAMPLE:])


def _places(db: Connection) -> int:
    """How many jobs the workers that are alive paint at once; 0 while they take nothing new."""
    if switches.state(db).draining:
        return 0
    alive = (it for it in pulse.all_workers(db) if it.process == "worker" and it.alive)
    return sum(max(1, int(it.about.get("slots") or 1)) for it in alive)


def _rank(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of sorted values."""
    return values[max(0, ceil(share * len(values)) - 1)]


def _length_of_union(paintings: Sequence[tuple[float, float, int]]) -> float:
    """Seconds in which something was painted."""
    length, until = 0.0, 0.0
    for start, end, _ in sorted(paintings):
        length += max(0.0, end - max(start, until))
        until = max(until, end)
    return length


# --- LINE's loading animation


def fading(db: Connection) -> dict[str, str]:
    """1:1 chats' unfinished jobs whose animation ends soon or was ended by a ticket: key -> job id.

    A key stands for one animation, whichever courier finds it due (see `claim`).
    """
    moment = now()
    since = func.coalesce(table.c.ticket_at, table.c.created_at)
    found: dict[str, str] = {}
    for state in UNFINISHED:
        query = (
            select(table.c.id, table.c.ticket_at, since)
            .where(
                table.c.state == state,
                table.c.chat_kind == "user",
                or_(table.c.ticket_at.is_not(None), table.c.created_at <= moment - FADES),
                since > moment - LOOKS,
            )
            .order_by(table.c.created_at)
            .limit(AT_ONCE)
        )
        for job_id, ticket_at, at in db.execute(query):
            # The first one, before any ticket, came with the wish itself.
            found[f"loading:{job_id}:{ticket_at or 0:.0f}:{int((moment - at) / FADES)}"] = job_id
    asked = set(db.execute(select(events.c.id).where(events.c.id.in_(found))).scalars())
    return {key: job_id for key, job_id in found.items() if key not in asked}


def claim(db: Connection, due: Mapping[str, str]) -> list[str]:
    """Those of the jobs whose animation nobody else has asked for meanwhile."""
    return [job_id for key, job_id in due.items() if chats.first_time(db, key, "loading", "active")]
