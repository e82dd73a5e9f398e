"""Who may not have anything painted, a person or a whole chat.

A ban holds a fingerprint of LINE's id instead of the id: it outlives the erasure of a person, and
tells nobody who they were (the ids have 128 random bits, so that no fingerprint can be guessed).
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, or_, select

from bot.database import now
from bot.prepared import Prepared
from bot.tables import bans


class Ban(NamedTuple):
    """One row of `bans`. kind: "person" or "chat". at: seconds since 1970."""

    fingerprint: str
    kind: str
    reason: str | None
    at: float


def fingerprint(line_id: str) -> str:
    """64 hexadecimal digits that stand for an id of LINE's."""
    return hashlib.sha256(line_id.encode()).hexdigest()


def kind_of(line_id: str) -> str:
    """What an id of LINE's is of, by its first letter: "person", or "chat" for groups and rooms."""
    return "person" if line_id.startswith("U") else "chat"


_FOUND = Prepared(
    select(bans.c.at).where(
        or_(
            bans.c.fingerprint == bindparam("person"),
            bans.c.fingerprint == bindparam("chat"),
        )
    )
)


def is_banned(db: Connection, user_id: str | None, chat_id: str) -> bool:
    """Whether this person, or this chat, may not have anything painted."""
    chat = fingerprint(chat_id)
    person = fingerprint(user_id) if user_id else chat
    return _FOUND.first(db, person=person, chat=chat) is not None


def ban(db: Connection, line_id: str, reason: str | None = None) -> bool:
    """Ban a person or a chat; False when it is banned already."""
    if is_banned(db, None, line_id):
        return False
    values = {"fingerprint": fingerprint(line_id), "kind": kind_of(line_id), "at": now()}
    db.execute(insert(bans).values(**values, reason=reason))
    return True


def unban(db: Connection, mark: str) -> bool:
    """Lift a ban, by its fingerprint; False when there is none."""
    return db.execute(delete(bans).where(bans.c.fingerprint == mark)).rowcount == 1


def every(db: Connection) -> list[Ban]:
    """All bans, the newest first."""
    return [Ban(*row) for row in db.execute(select(bans).order_by(bans.c.at.desc()))]
