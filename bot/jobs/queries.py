"""Read jobs and their pictures, for the chats."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select

from bot.jobs.model import FAILED, UNFINISHED, Job, StoredPicture, job_from_row
from bot.store.prepared import Prepared
from bot.store.schema import jobs, pictures


def get(db: Connection, job_id: str) -> Job | None:
    """Return the job with this id."""
    return _first(db, jobs.c.id == job_id)


def by_number(db: Connection, number: str, chat_id: str) -> Job | None:
    """Return the job with this 受付番号, of this chat only: a number opens nobody else's job."""
    return _first(db, jobs.c.number == number, jobs.c.chat_id == chat_id)


def by_message(db: Connection, message_id: str, chat_id: str) -> Job | None:
    """Return the job that a message of this chat asked for; the last one if it was edited."""
    return _first(db, jobs.c.message_id == message_id, jobs.c.chat_id == chat_id)


def latest(
    db: Connection,
    chat_id: str,
    user_id: str | None,
    states: Iterable[str],
    since: float = 0,
    *,
    anonymous: bool = False,
) -> Job | None:
    """Return the newest job of a user in a chat in these states; of anybody if `user_id` is None.

    anonymous: of anybody whom LINE does not identify. A failed job counts only while the chat has
    not been told of the failure.
    """
    where = [
        jobs.c.chat_id == chat_id,
        jobs.c.state.in_(list(states)),
        jobs.c.created_at >= since,
        or_(jobs.c.state != FAILED, jobs.c.finished_at.is_(None)),
    ]
    if user_id:
        where.append(jobs.c.user_id == user_id)
    elif anonymous:
        where.append(jobs.c.user_id.is_(None))
    return _first(db, *where)


def oldest_unfinished(db: Connection, chat_id: str, user_id: str | None) -> Job | None:
    """Return the oldest queued or drawing job of a user in a chat; None for a user: of anybody."""
    where = [jobs.c.chat_id == chat_id, jobs.c.state.in_(UNFINISHED)]
    if user_id:
        where.append(jobs.c.user_id == user_id)
    return _first(db, *where, order_by=jobs.c.created_at)


def _first(
    db: Connection, *where: ColumnElement[bool], order_by: ColumnElement[float] | None = None
) -> Job | None:
    """Return the first matching job by `order_by`, else the newest."""
    order = jobs.c.created_at.desc() if order_by is None else order_by
    row = db.execute(select(jobs).where(*where).order_by(order).limit(1)).mappings().first()
    return job_from_row(row) if row else None


def is_first_in_chat(db: Connection, job: Job) -> bool:
    """Return whether no earlier job of its chat is known any more."""
    earlier = jobs.c.chat_id == job.chat_id, jobs.c.created_at < job.created_at
    return db.execute(select(jobs.c.id).where(*earlier).limit(1)).first() is None


def was_interrupted(db: Connection, job: Job) -> bool:
    """Return whether something stands in the chat between a job's wish and its outcome: a ticket,
    another wish, or another wish's outcome."""
    if job.ticket_at is not None:
        return True
    began = job.created_at
    other = jobs.c.chat_id == job.chat_id, jobs.c.id != job.id
    between = or_(jobs.c.created_at > began, jobs.c.finished_at > began)
    return db.execute(select(jobs.c.id).where(*other, between).limit(1)).first() is not None


_COUNT = select(func.count()).where(
    jobs.c.chat_id == bindparam("chat"), or_(*(jobs.c.state == state for state in UNFINISHED))
)
_COUNT_IN_CHAT = Prepared(_COUNT)
_COUNT_OF_USER = Prepared(_COUNT.where(jobs.c.user_id == bindparam("user")))
_COUNT_OF_ANONYMOUS = Prepared(_COUNT.where(jobs.c.user_id.is_(None)))


def count_unfinished(db: Connection, chat_id: str, user_id: str | None) -> int:
    """Count the queued and drawing jobs of a user in a chat; None: of all without an id."""
    if user_id:
        row = _COUNT_OF_USER.first(db, chat=chat_id, user=user_id)
    else:
        row = _COUNT_OF_ANONYMOUS.first(db, chat=chat_id)
    return int(row[0]) if row else 0


def count_unfinished_in_chat(db: Connection, chat_id: str) -> int:
    """Count the queued and drawing jobs of a chat."""
    row = _COUNT_IN_CHAT.first(db, chat=chat_id)
    return int(row[0]) if row else 0


def pictures_of(db: Connection, job_id: str) -> list[StoredPicture]:
    """Return the pictures of a job by position; none before it is drawn or after it is erased."""
    query = select(pictures).where(pictures.c.job_id == job_id).order_by(pictures.c.position)
    rows = db.execute(query).mappings()
    names = StoredPicture._fields
    return [StoredPicture(**{name: row[name] for name in names}) for row in rows]
