"""Who asked for pictures in which chat: names for the album, and languages.

A row with `at` 0 is pending: LINE is to be asked for the profile (bot.tasks.profiles). A webhook
only writes such a row, since it never waits for the network.
"""

from __future__ import annotations

from functools import partial
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, select, update

from bot.store.clock import now
from bot.store.prepared import Prepared
from bot.store.schema import chats, jobs, people
from bot.store.statements import insert_or_skip, update_one

REFRESH_SECONDS = 7 * 24 * 3600.0  # after which LINE is asked again about one who speaks
RETRY_SECONDS = 3600.0  # after which it is asked again where it did not answer

_PENDING = people.c.at == 0
_ASKED_AT = Prepared(
    select(people.c.at).where(
        people.c.chat_id == bindparam("chat"), people.c.user_id == bindparam("user")
    )
)
_NEW = Prepared(partial(insert_or_skip, people))


class PendingProfile(NamedTuple):
    """A user whose profile is to be fetched. chat_kind: None for a chat that is not known."""

    chat_id: str
    user_id: str
    chat_kind: Literal["user", "group", "room"] | None


def enqueue_profile(db: Connection, chat_id: str, user_id: str, asked_at: float | None) -> bool:
    """Have LINE asked about somebody who asks for something, unless it was lately.

    asked_at: when LINE was last asked; None: there is no such row. Returns whether the profile is
    newly pending. Not for those who merely talk in a group: the bot has no business with their
    names.
    """
    if asked_at is None:
        _NEW.run_later(db, chat_id=chat_id, user_id=user_id, name=None, language=None, at=0.0)
        return True
    if 0 < asked_at < now() - REFRESH_SECONDS:
        return update_one(db, people, *_key(chat_id, user_id), at=0.0)
    return False


def enqueue_refresh(
    db: Connection, user_id: str | None = None, *, language: str | None = None
) -> bool:
    """Have LINE asked again about a user in their 1:1 chat, or about all with a language there.

    Returns whether any profile is pending by that.
    """
    private = people.c.chat_id == people.c.user_id
    if user_id is not None:
        private &= people.c.user_id == user_id
    if language is not None:
        private &= exists().where(chats.c.id == people.c.chat_id, chats.c.language == language)
    return db.execute(update(people).where(private).values(at=0.0)).rowcount > 0


def has_pending(db: Connection) -> bool:
    """Return whether any profile is to be fetched."""
    return db.execute(select(people.c.at).where(_PENDING).limit(1)).first() is not None


def is_pending(db: Connection, chat_id: str, user_id: str) -> bool:
    """Return whether LINE is to be asked for this user's profile."""
    row = _ASKED_AT.first(db, chat=chat_id, user=user_id)
    return row is not None and row[0] == 0


def pending(db: Connection, limit: int) -> list[PendingProfile]:
    """Return users whose profile is to be fetched, `limit` at most."""
    query = select(people.c.chat_id, people.c.user_id, chats.c.kind)
    query = query.join(chats, chats.c.id == people.c.chat_id, isouter=True)
    return [PendingProfile(*row) for row in db.execute(query.where(_PENDING).limit(limit))]


def claim(db: Connection, chat_id: str, user_id: str) -> bool:
    """Take a pending profile; returns False if another courier has it.

    If this courier dies over it, another asks in RETRY_SECONDS.
    """
    later = now() - REFRESH_SECONDS + RETRY_SECONDS
    return update_one(db, people, *_key(chat_id, user_id), _PENDING, at=later)


def set_profile(
    db: Connection, chat_id: str, user_id: str, *, name: str | None, language: str | None
) -> bool:
    """Store what LINE says of a user; returns False if they were erased meanwhile."""
    values = {"name": name, "language": language, "at": now()}
    return update_one(db, people, *_key(chat_id, user_id), **values)


def set_unavailable(db: Connection, chat_id: str, user_id: str) -> bool:
    """Note that LINE has no profile of a user; it is asked again in REFRESH_SECONDS."""
    return update_one(db, people, *_key(chat_id, user_id), at=now())


def display_names(db: Connection, chat_id: str) -> dict[str, str]:
    """Return user id -> display name of those who asked for something in a chat."""
    query = select(people.c.user_id, people.c.name)
    rows = db.execute(query.where(people.c.chat_id == chat_id, people.c.name.is_not(None)))
    return {row.user_id: row.name for row in rows}


def delete_person(db: Connection, line_id: str) -> int:
    """Delete a user in every chat, or everybody of a chat; returns the number of rows."""
    owned_by = (people.c.user_id == line_id) | (people.c.chat_id == line_id)
    return db.execute(delete(people).where(owned_by)).rowcount


def delete_stale(db: Connection, before: float) -> None:
    """Delete those who have no job any more and have not spoken since this time."""
    has_job = exists().where(jobs.c.chat_id == people.c.chat_id, jobs.c.user_id == people.c.user_id)
    db.execute(delete(people).where(people.c.at > 0, people.c.at < before, ~has_job))


def _key(chat_id: str, user_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return people.c.chat_id == chat_id, people.c.user_id == user_id
