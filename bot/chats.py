"""Chats: what kind they are, which language they read, whether LINE still delivers to them."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, Insert, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import now
from bot.tables import chats, events

_CHAT = select(chats.c.language, chats.c.reachable, chats.c.seen_at).where(
    chats.c.id == bindparam("chat")
)
HOUR = 3600.0


def first_time(db: Connection, event_id: str, kind: str, mode: str) -> bool:
    """Store a webhook event; False when it has been stored before (LINE may send one twice)."""
    row = {"id": event_id, "type": kind, "mode": mode, "received_at": now()}
    return _insert_new(db, events, row)


def see(db: Connection, chat_id: str, kind: str) -> str:
    """Note that the chat spoke to the bot, so it can be reached; returns its language."""
    row = db.execute(_CHAT, {"chat": chat_id}).first()
    if row is None:
        new = {"id": chat_id, "kind": kind, "reachable": True, "seen_at": now()}
        _insert_new(db, chats, {**new, "language": "ja"})
        return "ja"
    if not row.reachable or row.seen_at < now() - HOUR:
        seen = update(chats).where(chats.c.id == chat_id)
        db.execute(seen.values(reachable=True, seen_at=now()))
    return str(row.language)


def lose(db: Connection, chat_id: str) -> None:
    """The bot was blocked or left the chat: a push there would be lost without an error."""
    db.execute(update(chats).where(chats.c.id == chat_id).values(reachable=False))


def is_reachable(db: Connection, chat_id: str) -> bool:
    """Whether LINE still delivers to the chat, as far as its events tell."""
    query = select(chats.c.reachable).where(chats.c.id == chat_id)
    return bool(db.execute(query).scalar_one_or_none())


def forget(db: Connection, before: float) -> None:
    """Erase the chats that have been silent since this moment: in a 1:1 chat the id is a person."""
    db.execute(delete(chats).where(chats.c.seen_at < before))


def _insert_new(db: Connection, table: Table, row: dict[str, object]) -> bool:
    """INSERT ... ON CONFLICT DO NOTHING; whether the row is new."""
    return db.execute(_insert_or_skip(db.dialect.name, table), row).rowcount == 1


@cache
def _insert_or_skip(dialect: str, table: Table) -> Insert:
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    raise NotImplementedError(f"No INSERT ... ON CONFLICT is known for {dialect}.")
