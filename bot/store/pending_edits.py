"""Who was just asked what to change about a picture: their next words are the answer."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select

from bot.store.clock import now
from bot.store.prepared import Prepared
from bot.store.schema import changing

ERASE_EVERYTHING = "erase"  # stands for a job where it was asked whether to erase everything
ANSWER_SECONDS = 600.0  # for which an answer to 「どこを変えましょうか」 is awaited

_PENDING = Prepared(
    select(changing.c.job_id, changing.c.position, changing.c.asked).where(
        changing.c.chat_id == bindparam("chat"),
        changing.c.user_id == bindparam("user"),
        changing.c.at > bindparam("since"),
    )
)


class PendingEdit(NamedTuple):
    """A picture that somebody is expected to say something about.

    position: which of the job's pictures, from 0. asked: whether the bot has asked what to change;
    else the picture was only chosen among several.
    """

    job_id: str
    position: int | None
    asked: bool


def start(
    db: Connection,
    chat_id: str,
    user_id: str | None,
    job_id: str,
    position: int | None,
    *,
    asked: bool = True,
) -> None:
    """Note that this user is asked what to change about a picture of a job, or has chosen it."""
    clear(db, chat_id, user_id)
    row = {"chat_id": chat_id, "user_id": user_id or "", "job_id": job_id, "position": position}
    db.execute(insert(changing).values(**row, asked=asked, at=now()))


def get(db: Connection, chat_id: str, user_id: str | None) -> PendingEdit | None:
    """Return the picture that this user was just asked about or has chosen, or None."""
    since = now() - ANSWER_SECONDS
    row = _PENDING.first(db, chat=chat_id, user=user_id or "", since=since)
    return PendingEdit(*row) if row else None


def is_asked_to_erase(db: Connection, chat_id: str, user_id: str | None) -> bool:
    """Return whether this user was just asked to confirm that everything is to be erased."""
    pending = get(db, chat_id, user_id)
    return pending is not None and pending.job_id == ERASE_EVERYTHING


def clear(db: Connection, chat_id: str, user_id: str | None) -> None:
    """Forget the question: the user has answered, or wants something else."""
    db.execute(delete(changing).where(*_owned_by(chat_id, user_id)))


def _owned_by(chat_id: str, user_id: str | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return changing.c.chat_id == chat_id, changing.c.user_id == (user_id or "")
