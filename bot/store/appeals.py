"""Appeals: refusals that somebody says are mistaken, kept for operators, masked.

Each is a named value with the masked wish and the category it was refused for. Whose it was is kept
as digests alone, so that it goes with a person's data.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection

from bot.store import key_values
from bot.store.bans import fingerprint

MAX_APPEALS = 200  # the oldest give way
_PREFIX = "appeal:"


class Appeal(NamedTuple):
    """An appeal. wish: masked. at: seconds since 1970."""

    id: str
    wish: str
    category: str
    at: float


def add(db: Connection, chat_id: str, user_id: str | None, wish: str, category: str) -> None:
    """Store an appeal. wish: masked (bot.moderation.appeals)."""
    for appeal in list_appeals(db)[MAX_APPEALS - 1 :]:
        drop(db, appeal.id)
    owner = [fingerprint(line_id)[:48] for line_id in (chat_id, user_id or "")]
    value = {"wish": wish, "category": category, "owner": owner}
    key_values.put(db, _PREFIX + uuid4().hex, value)


def list_appeals(db: Connection) -> list[Appeal]:
    """Return all appeals, newest first."""
    entries = key_values.get_prefixed(db, _PREFIX)
    return [
        Appeal(name.removeprefix(_PREFIX), value["wish"], value["category"], at)
        for name, (value, at) in reversed(entries.items())
    ]


def drop(db: Connection, appeal_id: str) -> bool:
    """Delete an appeal; returns whether there was one."""
    return key_values.drop(db, f"{_PREFIX}{appeal_id}"[:64])


def delete_before(db: Connection, before: float) -> None:
    """Delete the appeals that are older than this (Unix time)."""
    for appeal in list_appeals(db):
        if appeal.at < before:
            drop(db, appeal.id)


def clear_line_id(db: Connection, line_id: str) -> None:
    """Delete the appeals of a user, or of a chat."""
    digest = fingerprint(line_id)[:48]
    for name, (value, _at) in key_values.get_prefixed(db, _PREFIX).items():
        if digest in value["owner"]:
            key_values.drop(db, name)
