"""Favourites: pictures that are kept until somebody takes that back, or erases them."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, func, select

from bot.jobs.model import Job
from bot.store.clock import now
from bot.store.schema import favourites, jobs
from bot.store.statements import insert_or_skip

MAX_FAVOURITES = 200  # of a chat, since nothing else ever makes room for more


def add(db: Connection, job: Job, positions: list[int]) -> bool:
    """Keep these pictures of a job; those that are kept already stay. Returns False, having kept
    none, if the chat would have more than MAX_FAVOURITES."""
    of_chat = and_(favourites.c.job_id == jobs.c.id, jobs.c.chat_id == job.chat_id)
    count = db.execute(select(func.count()).select_from(favourites).join(jobs, of_chat))
    if int(count.scalar_one()) + len(positions) > MAX_FAVOURITES:
        return False
    for position in positions:
        row = {"job_id": job.id, "position": position, "at": now()}
        db.execute(insert_or_skip(favourites, db.dialect.name), row)
    return True


def remove(db: Connection, job: Job, positions: list[int]) -> int:
    """Keep these pictures no longer than others; returns how many were favourites."""
    of_job = and_(favourites.c.job_id == job.id, favourites.c.position.in_(positions))
    return db.execute(delete(favourites).where(of_job)).rowcount


def of_jobs(db: Connection, job_ids: list[str]) -> set[tuple[str, int]]:
    """Return (job id, position) of the favourites among these jobs' pictures."""
    query = select(favourites.c.job_id, favourites.c.position)
    return {(row[0], row[1]) for row in db.execute(query.where(favourites.c.job_id.in_(job_ids)))}
