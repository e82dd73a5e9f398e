"""Erasing a person, in every chat, or a chat: what is kept of them, and how it goes.

The transaction takes it out of sight and stops what is under way; the files, the ids in the rows
that stay, and the log lines about those jobs follow within moments (bot.sweeping.erase). What stays
names nobody: that so many jobs were done, that an operator banned somebody (by a fingerprint), and
until the day is over how many pictures somebody had today (bot.limits.mark).
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, exists, func, or_, select

from bot import bans, chats, jobs, people, state
from bot.tables import jobs as all_jobs
from bot.tables import photos, pictures


class Kept(NamedTuple):
    """How much is kept of a person or a chat."""

    wishes: int
    pictures: int
    photos: int


def kept(db: Connection, line_id: str) -> Kept:
    """How much is kept of a person, in every chat, or of a chat; without what is on its way out."""
    theirs = or_(all_jobs.c.user_id == line_id, all_jobs.c.chat_id == line_id)
    theirs &= all_jobs.c.erase_at.is_(None)
    painted = select(func.count()).select_from(pictures)
    painted = painted.where(exists().where(all_jobs.c.id == pictures.c.job_id, theirs))
    sent = or_(photos.c.user_id == line_id, photos.c.chat_id == line_id)
    photographed = select(func.count()).where(sent, photos.c.erase_at.is_(None))
    return Kept(
        int(db.execute(select(func.count()).where(theirs)).scalar_one()),
        int(db.execute(painted).scalar_one()),
        int(db.execute(photographed).scalar_one()),
    )


def everything(db: Connection, line_id: str) -> list[str]:
    """Erase a person in every chat, or a chat; returns the jobs whose files are to be deleted, each
    by the task "erase" after the commit. Photos are found by the sweep."""
    dropped = jobs.drop_person(db, line_id)
    people.erase(db, line_id)
    chats.erase(db, line_id)  # a 1:1 chat's id is the person's
    state.remove(db, bans.fingerprint(line_id))
    return dropped
