"""What one statement says of a chat and of who speaks there, so that most others are not needed.

Nobody is banned, switches are as they were delivered and few people are amid a question: what is
not there need not be asked for. Only the absence of rows is to be relied on afterwards: this
transaction may itself add or remove some.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, exists, literal_column, or_, select

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


_CHAT: BindParameter[str] = bindparam("chat")
_USER: BindParameter[str] = bindparam("user")
_FOUND = (
    exists(literal_column("1")).where(changing.c.chat_id == _CHAT, changing.c.user_id == _USER),
    exists(literal_column("1")).where(photos.c.chat_id == _CHAT, photos.c.user_id == _USER),
    exists(literal_column("1")).where(jobs.c.chat_id == _CHAT, jobs.c.user_id == _USER),
    exists(literal_column("1")).where(or_(*(switches.c.name == name for name in NAMES))),
    exists(literal_column("1")).where(
        or_(bans.c.fingerprint == bindparam("person"), bans.c.fingerprint == bindparam("place"))
    ),
    exists(literal_column("1")).where(unsent.c.message_id == bindparam("message")),
)
_ONE = select(literal_column("1").label("one")).subquery("one")
_GLANCE = Prepared(
    select(
        *(chats.c[name] for name in SeenChat._fields),
        chats.c.style,
        chats.c.shape,
        *(chats.c[name] for name in LIMIT_COLUMNS),
        people.c.at,
        *_FOUND,
    ).select_from(
        _ONE.outerjoin(chats, chats.c.id == _CHAT).outerjoin(
            people, (people.c.chat_id == _CHAT) & (people.c.user_id == _USER)
        )
    )
)


def take(db: Connection, chat_id: str, user_id: str | None, message_id: str | None) -> Glance:
    """Look at a chat and a user there. user_id: None for who has no id, of whom nothing is known.

    message_id: the message that was_unsent is about.
    """
    place = fingerprint(chat_id)
    row = _GLANCE.first(
        db,
        chat=chat_id,
        user=user_id or "",
        person=fingerprint(user_id) if user_id else place,
        place=place,
        message=message_id or "",
    )
    assert row is not None, "one row, whatever is there"
    language, reachable, seen_at, style, shape, *rest = row
    limits = dict(zip(LIMIT_COLUMNS, rest, strict=False))
    asked_at, *found = rest[len(LIMIT_COLUMNS) :]
    seen = None if language is None else SeenChat(language, bool(reachable), seen_at)
    return Glance(seen, ChatDefaults(style, shape), limits, asked_at, *map(bool, found))
