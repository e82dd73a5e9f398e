"""Bans: users and whole chats that may not have anything painted.

A ban holds a fingerprint of LINE's id instead of the id. So it outlives the erasure of a user and
does not say who they were: the ids have 128 random bits, so that no fingerprint can be guessed.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, or_, select

from bot.store.clock import now
from bot.store.prepared import Prepared
from bot.store.schema import bans


class Ban(NamedTuple):
    """One row of `bans`. kind: "person" or "chat". at: seconds since 1970."""

    fingerprint: str
    kind: str
    reason: str | None
    at: float


def fingerprint(line_id: str) -> str:
    """Return 64 hexadecimal digits (SHA-256) that stand for an id of LINE's."""
    return hashlib.sha256(line_id.encode()).hexdigest()


def kind_of(line_id: str) -> str:
    """Return "person" or "chat" (a group or room), by the first letter of an id of LINE's."""
    return "person" if line_id.startswith("U") else "chat"


_BANNED = Prepared(
    select(bans.c.at).where(
        or_(
            bans.c.fingerprint == bindparam("person"),
            bans.c.fingerprint == bindparam("chat"),
        )
    )
)


def is_banned(db: Connection, user_id: str | None, chat_id: str) -> bool:
    """Return whether this user, or this chat, is banned."""
    chat = fingerprint(chat_id)
    person = fingerprint(user_id) if user_id else chat
    return _BANNED.first(db, person=person, chat=chat) is not None


def ban(db: Connection, line_id: str, reason: str | None = None) -> bool:
    """Ban a user or a chat; returns False if it is banned already."""
    if is_banned(db, None, line_id):
        return False
    values = {"fingerprint": fingerprint(line_id), "kind": kind_of(line_id), "at": now()}
    db.execute(insert(bans).values(**values, reason=reason))
    return True


def unban(db: Connection, ban_fingerprint: str) -> bool:
    """Lift a ban, by its whole fingerprint; returns False if there is none."""
    return db.execute(delete(bans).where(bans.c.fingerprint == ban_fingerprint)).rowcount == 1


def list_all(db: Connection) -> list[Ban]:
    """Return all bans, newest first."""
    return [Ban(*row) for row in db.execute(select(bans).order_by(bans.c.at.desc()))]
