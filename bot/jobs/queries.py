"""Reading: which jobs there are."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, func, or_, select

from bot.jobs.model import FAILED, UNFINISHED, Job, StoredPicture, as_job
from bot.prepared import Prepared
from bot.tables import jobs, pictures


def get(db: Connection, job_id: str) -> Job | None:
    """The job with this id."""
    return as_job(db.execute(select(jobs).where(jobs.c.id == job_id)).mappings().first())


def by_number(db: Connection, number: str, chat_id: str) -> Job | None:
    """The job with this 受付番号; only in this chat, so that a number opens nobody else's."""
    query = select(jobs).where(jobs.c.number == number, jobs.c.chat_id == chat_id)
    return as_job(db.execute(query).mappings().first())


def by_message(db: Connection, message_id: str, chat_id: str) -> Job | None:
    """The job that somebody's message in this chat asked for; if it was edited, the last one."""
    query = select(jobs).where(jobs.c.message_id == message_id, jobs.c.chat_id == chat_id)
    query = query.order_by(jobs.c.created_at.desc()).limit(1)
    return as_job(db.execute(query).mappings().first())


def latest(
    db: Connection,
    chat_id: str,
    user_id: str | None,
    states: Iterable[str],
    since: float = 0,
    *,
    nobodys: bool = False,
) -> Job | None:
    """The newest job of a person in a chat (of anybody, if `user_id` is None) in these states.

    nobodys: of those whom LINE does not name.

    A failed job counts only while the chat has not heard of the failure.
    """
    query = (
        select(jobs)
        .where(
            jobs.c.chat_id == chat_id,
            jobs.c.state.in_(list(states)),
            jobs.c.created_at >= since,
            or_(jobs.c.state != FAILED, jobs.c.finished_at.is_(None)),
        )
        .order_by(jobs.c.created_at.desc())
        .limit(1)
    )
    if user_id:
        query = query.where(jobs.c.user_id == user_id)
    elif nobodys:
        query = query.where(jobs.c.user_id.is_(None))
    return as_job(db.execute(query).mappings().first())


def is_first(db: Connection, job: Job) -> bool:
    """Whether nothing that is still known was asked for in its chat before it."""
    earlier = jobs.c.chat_id == job.chat_id, jobs.c.created_at < job.created_at
    return db.execute(select(jobs.c.id).where(*earlier).limit(1)).first() is None


_COUNT = select(func.count()).where(
    jobs.c.chat_id == bindparam("chat"), or_(*(jobs.c.state == it for it in UNFINISHED))
)
_OF_CHAT = Prepared(_COUNT)
_OF_PERSON = Prepared(_COUNT.where(jobs.c.user_id == bindparam("person")))
_OF_NOBODY = Prepared(_COUNT.where(jobs.c.user_id.is_(None)))


def unfinished(db: Connection, chat_id: str, user_id: str | None) -> int:
    """How many queued or drawing jobs a person has in a chat; None: all whom LINE does not name."""
    if user_id:
        found = _OF_PERSON.first(db, chat=chat_id, person=user_id)
    else:
        found = _OF_NOBODY.first(db, chat=chat_id)
    return int(found[0]) if found else 0


def first_under_way(db: Connection, chat_id: str, user_id: str | None) -> Job | None:
    """The oldest queued or drawing job of a person in a chat; None for the person: of anybody."""
    query = select(jobs).where(jobs.c.chat_id == chat_id, jobs.c.state.in_(list(UNFINISHED)))
    if user_id:
        query = query.where(jobs.c.user_id == user_id)
    oldest = query.order_by(jobs.c.created_at).limit(1)
    return as_job(db.execute(oldest).mappings().first())


def unfinished_in(db: Connection, chat_id: str) -> int:
    """How many queued or drawing jobs a chat has, whoever asked."""
    found = _OF_CHAT.first(db, chat=chat_id)
    return int(found[0]) if found else 0


def pictures_of(db: Connection, job_id: str) -> list[StoredPicture]:
    """The pictures of a job in order; empty before it is drawn and after it is erased."""
    query = select(pictures).where(pictures.c.job_id == job_id).order_by(pictures.c.position)
    rows = db.execute(query).mappings()
    names = StoredPicture._fields
    return [StoredPicture(**{name: row[name] for name in names}) for row in rows]
