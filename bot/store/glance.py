"""What one statement says of a chat and of who speaks there, so that most others are not needed.

Nobody is banned, switches are as they were delivered and few people are amid a question: what is
not there need not be asked for. Only the absence of rows is to be relied on afterwards: this
transaction may itself add or remove some.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from bot.store.bans import fingerprint
from bot.store.chat_defaults import ChatDefaults
from bot.store.chats import SeenChat
from bot.store.flags import NAMES
from bot.store.prepared import Prepared
from bot.store.schema import bans, changing, chats, jobs, people, photos, switches, unsent

LIMIT_COLUMNS = ("queued_per_person", "queued_per_group", "daily_pictures", "cooldown_seconds")


class Glance(NamedTuple):
    """chat: None if it is new. limits: the chat's own, by LIMIT_COLUMNS; None: as in the settings.
    asked_at: when LINE was last asked for the user's profile, 0.0: it is to be; None: no row.

    has_question: the user was asked about a picture, or has chosen one. has_photo, has_job: of the
    user in this chat, at any time. has_flags: an operator has ever set one.
    """

    chat: SeenChat | None
    defaults: ChatDefaults
    limits: dict[str, float | None]
    asked_at: float | None
    has_question: bool
    has_photo: bool
    has_job: bool
    has_flags: bool
    is_banned: bool
    was_unsent: bool


class Subject(NamedTuple):
    """Whom a look is about: a chat, a user there (None: who has no id, of whom nothing is known),
    and the message that was_unsent is about."""

    chat_id: str
    user_id: str | None
    message_id: str | None


_NAMES_OF_SUBJECT = ("chat", "user", "message", "person", "place")


def _look(source: FromClause, column: Callable[[str], ColumnElement[str]]) -> Select[Any]:
    """Select a row of what there is for each row of `source`. column: by _NAMES_OF_SUBJECT."""
    chat, user, message, person, place = map(column, _NAMES_OF_SUBJECT)
    one = exists(literal_column("1"))
    return select(
        *(chats.c[name] for name in SeenChat._fields),
        chats.c.style,
        chats.c.shape,
        *(chats.c[name] for name in LIMIT_COLUMNS),
        people.c.at,
        one.where(changing.c.chat_id == chat, changing.c.user_id == user),
        one.where(photos.c.chat_id == chat, photos.c.user_id == user),
        one.where(jobs.c.chat_id == chat, jobs.c.user_id == user),
        one.where(or_(*(switches.c.name == name for name in NAMES))),
        one.where(or_(bans.c.fingerprint == person, bans.c.fingerprint == place)),
        one.where(unsent.c.message_id == message),
    ).select_from(
        source.outerjoin(chats, chats.c.id == chat).outerjoin(
            people, (people.c.chat_id == chat) & (people.c.user_id == user)
        )
    )


_ONE = select(literal_column("1").label("one")).subquery("one")
_GLANCE = Prepared(_look(_ONE, bindparam))


def _look_at_many(_dialect: str) -> Select[Any]:
    from sqlalchemy.dialects.postgresql import ARRAY

    values = (bindparam(name, type_=ARRAY(String)) for name in _NAMES_OF_SUBJECT)
    rows = func.unnest(*values).table_valued(*_NAMES_OF_SUBJECT, with_ordinality="nth", name="seen")
    rows = rows.render_derived()
    return _look(rows, rows.c.__getitem__).order_by(rows.c.nth)


_GLANCES = Prepared(_look_at_many)


def take(db: Connection, chat_id: str, user_id: str | None, message_id: str | None) -> Glance:
    """Look at a chat and a user there; see Subject."""
    values = _values(Subject(chat_id, user_id, message_id))
    row = _GLANCE.first(db, **dict(zip(_NAMES_OF_SUBJECT, values, strict=True)))
    assert row is not None, "one row, whatever is there"
    return _read(row)


def take_all(db: Connection, subjects: Sequence[Subject]) -> list[Glance]:
    """Look at several chats, on PostgreSQL by one statement; the glances in the same order."""
    if db.dialect.name != "postgresql":  # SQLite has no lists, and its statements no way to go
        return [take(db, *subject) for subject in subjects]
    columns = map(list, zip(*map(_values, subjects), strict=True))
    return list(map(_read, _GLANCES.all(db, **dict(zip(_NAMES_OF_SUBJECT, columns, strict=True)))))


def _values(subject: Subject) -> tuple[str, ...]:
    """Return what is compared, in the order of _NAMES_OF_SUBJECT."""
    chat_id, user_id, message_id = subject
    place = fingerprint(chat_id)
    person = fingerprint(user_id) if user_id and user_id != chat_id else place
    return chat_id, user_id or "", message_id or "", person, place


def _read(row: tuple[Any, ...]) -> Glance:
    language, reachable, seen_at, style, shape, *rest = row
    limits = dict(zip(LIMIT_COLUMNS, rest, strict=False))
    asked_at, *found = rest[len(LIMIT_COLUMNS) :]
    seen = None if language is None else SeenChat(language, bool(reachable), seen_at)
    return Glance(seen, ChatDefaults(style, shape), limits, asked_at, *map(bool, found))
