"""How long somebody will wait, estimated from the paintings of the last hour.

Two measures: how long a painting takes (p50 to p90), and how many seconds lie between the ends of
two. A queued job waits until so many before it have ended that a worker is free, and then for its
own painting. Nothing is estimated from fewer than MIN_SAMPLES.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from bot.jobs.fair_queue import queue_position
from bot.jobs.model import DELIVERED, DRAWING, DRAWN, WAITING, Job
from bot.jobs.percentile import percentile
from bot.store import flags, workers
from bot.store.clock import now
from bot.store.schema import jobs

RECENT_SECONDS = 3600.0  # what was measured before may have been another model
SAMPLE_SIZE = 50  # paintings, the newest
MIN_SAMPLES = 3
MIN_WAIT_SECONDS = 15.0  # less is not worth a word


class WaitEstimate(NamedTuple):
    """position: 0 while it is painted, 1 when it is next. seconds: (from, to); None if unknown."""

    position: int
    seconds: tuple[float, float] | None = None


class RecentPaintings(NamedTuple):
    """Recent paintings: (start, end, number of pictures) of each, in seconds since 1970."""

    paintings: Sequence[tuple[float, float, int]]

    def durations(self, pictures: int) -> list[float]:
        """Return their seconds, sorted: those of as many pictures, or of all if those are few."""
        alike = [end - start for start, end, count in self.paintings if count == pictures]
        if len(alike) < MIN_SAMPLES:
            alike = [end - start for start, end, _ in self.paintings]
        return sorted(alike)

    def completion_interval(self, slots: int) -> tuple[float, float]:
        """Return (least, most) seconds between the ends of two paintings while the queue is long.

        Least: all slots are full, and each paints as fast as before. Most: no more are painted in
        a time than before, counting only the time in which something was painted.
        """
        total = sum(end - start for start, end, _ in self.paintings)
        least = total / len(self.paintings) / slots
        busy = _length_of_union(self.paintings) / len(self.paintings)
        return least, max(least, busy)


def estimate_wait(db: Connection, job: Job) -> WaitEstimate:
    """Estimate a job's place in the queue and the seconds until it is painted."""
    position = queue_position(db, job)
    recent = _recent_paintings(db)
    slots = _live_slots(db)
    if len(recent.paintings) < MIN_SAMPLES or not slots:
        return WaitEstimate(position)
    durations = recent.durations(job.asked)
    usual, slow = percentile(durations, 0.5), percentile(durations, 0.9)
    if job.state == DRAWING:
        low, high = _remaining(job, usual, slow)
    else:
        query = select(func.count()).where(jobs.c.state == DRAWING)
        drawing = int(db.execute(query).scalar_one())
        ahead = max(0, drawing + position - slots)  # paintings to end until a slot is free
        least, most = recent.completion_interval(slots)
        low, high = ahead * least + usual, ahead * most + slow
    return WaitEstimate(position, (low, high) if high > MIN_WAIT_SECONDS else None)


def _remaining(job: Job, usual: float, slow: float) -> tuple[float, float]:
    """Return (from, to) seconds of a painting: by its steps if known, else by what others took."""
    elapsed = now() - (job.drawing_at or now())
    if job.step and job.steps and job.step >= 2:
        remaining = elapsed / job.step * max(0, job.steps - job.step)
        return remaining, remaining
    return max(0.0, usual - elapsed), max(0.0, slow - elapsed)


def _recent_paintings(db: Connection) -> RecentPaintings:
    columns = (jobs.c.drawing_at, jobs.c.painted_at, jobs.c.asked)
    since = now() - RECENT_SECONDS
    paintings = []
    for state in (DRAWN, WAITING, DELIVERED):  # one by one: each is the end of an index
        query = select(*columns).where(jobs.c.state == state, jobs.c.created_at > since)
        newest = query.order_by(jobs.c.created_at.desc()).limit(SAMPLE_SIZE)
        rows = db.execute(newest)
        paintings += [(start, end, count) for start, end, count in rows if start and end]
    return RecentPaintings(sorted(paintings, key=lambda painting: painting[1])[-SAMPLE_SIZE:])


def _live_slots(db: Connection) -> int:
    """Return how many jobs the live workers paint at once; 0 while they take nothing new."""
    if flags.get_flags(db).draining:
        return 0
    alive = (
        worker for worker in workers.all_workers(db) if worker.process == "worker" and worker.alive
    )
    return sum(max(1, int(worker.about.get("slots") or 1)) for worker in alive)


def _length_of_union(paintings: Sequence[tuple[float, float, int]]) -> float:
    """Return the seconds in which something was painted."""
    length, until = 0.0, 0.0
    for start, end, _ in sorted(paintings):
        length += max(0.0, end - max(start, until))
        until = max(until, end)
    return length
