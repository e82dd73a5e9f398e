"""Chats: what kind they are, which language they read, whether LINE still delivers to them."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection, Insert, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import now
from bot.prepared import Prepared
from bot.tables import chats, events

HOUR = 3600.0


def _insert_or_skip(dialect: str, table: Table) -> Insert:
    """INSERT ... ON CONFLICT DO NOTHING; its row count says whether the row is new."""
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    raise NotImplementedError(f"No INSERT ... ON CONFLICT is known for {dialect}.")


_NEW_EVENT = Prepared(partial(_insert_or_skip, table=events))
_NEW_CHAT = Prepared(partial(_insert_or_skip, table=chats))
_CHAT = Prepared(
    select(chats.c.language, chats.c.reachable, chats.c.seen_at).where(
        chats.c.id == bindparam("chat")
    )
)


def first_time(db: Connection, event_id: str, kind: str, mode: str) -> bool:
    """Store a webhook event; False when it has been stored before (LINE may send one twice)."""
    return _NEW_EVENT.run(db, id=event_id, type=kind, mode=mode, received_at=now()) == 1


def see(db: Connection, chat_id: str, kind: str) -> str:
    """Note that the chat spoke to the bot, so it can be reached; returns its language."""
    row = _CHAT.first(db, chat=chat_id)
    if row is None:
        _NEW_CHAT.run(db, id=chat_id, kind=kind, language="ja", reachable=True, seen_at=now())
        return "ja"
    language, reachable, seen_at = row
    if not reachable or seen_at < now() - HOUR:
        seen = update(chats).where(chats.c.id == chat_id)
        db.execute(seen.values(reachable=True, seen_at=now()))
    return str(language)


def lose(db: Connection, chat_id: str) -> None:
    """The bot was blocked or left the chat: a push there would be lost without an error."""
    db.execute(update(chats).where(chats.c.id == chat_id).values(reachable=False))


def is_reachable(db: Connection, chat_id: str) -> bool:
    """Whether LINE still delivers to the chat, as far as its events tell."""
    query = select(chats.c.reachable).where(chats.c.id == chat_id)
    return bool(db.execute(query).scalar_one_or_none())


def language_of(db: Connection, chat_id: str) -> str:
    """The language that a chat is spoken to in."""
    query = select(chats.c.language).where(chats.c.id == chat_id)
    return str(db.execute(query).scalar_one_or_none() or "ja")


def forget(db: Connection, before: float) -> None:
    """Erase the chats that have been silent since this moment: in a 1:1 chat the id is a person."""
    db.execute(delete(chats).where(chats.c.seen_at < before))


def erase(db: Connection, chat_id: str) -> None:
    """Erase one chat; it is made anew when somebody writes there."""
    db.execute(delete(chats).where(chats.c.id == chat_id))
