"""Erase a user in every chat, or a chat: what is kept of them, and how it is deleted.

The transaction hides it and stops what is under way. The files, the ids in the rows that stay, and
the log lines about those jobs follow within moments (bot.tasks.sweep). What stays names nobody: the
number of jobs, an operator's ban (by a fingerprint), and until the day is over how many pictures
the user had (bot.jobs.limits.day_mark).
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, exists, func, or_, select

from bot.jobs.erasure import drop_person
from bot.store import bans, chats, inbox, operator_chats, people
from bot.store.schema import jobs, photos, pictures


class StoredCounts(NamedTuple):
    """How much is kept of a user or a chat. wishes: requests."""

    wishes: int
    pictures: int
    photos: int


def count_stored(db: Connection, line_id: str) -> StoredCounts:
    """Count what is kept of a user, in every chat, or of a chat; without what is to be erased."""
    kept_jobs = or_(jobs.c.user_id == line_id, jobs.c.chat_id == line_id)
    kept_jobs &= jobs.c.erase_at.is_(None)
    kept_photos = or_(photos.c.user_id == line_id, photos.c.chat_id == line_id)
    kept_photos &= photos.c.erase_at.is_(None)
    of_kept_jobs = exists().where(jobs.c.id == pictures.c.job_id, kept_jobs)
    queries = (
        select(func.count()).select_from(jobs).where(kept_jobs),
        select(func.count()).select_from(pictures).where(of_kept_jobs),
        select(func.count()).select_from(photos).where(kept_photos),
    )
    return StoredCounts(*(int(db.execute(query).scalar_one()) for query in queries))


def erase_everything(
    db: Connection, line_id: str, received_until: float | None = None
) -> list[str]:
    """Erase a user in every chat, or a chat; returns ids of jobs whose files are to be deleted.

    received_until: what came later (Unix time) and is not handled yet is kept.
    Publish the task "erase" for each after the commit. The sweep finds the photos.
    """
    job_ids = drop_person(db, line_id)
    inbox.delete_person(db, line_id, received_until)
    people.delete_person(db, line_id)
    chats.delete_chat(db, line_id)  # a 1:1 chat's id is the user's
    operator_chats.remove_chat(db, bans.fingerprint(line_id))
    return job_ids
