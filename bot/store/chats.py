"""Chats: their kind, their language, and whether LINE still delivers to them."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from bot.store.clock import now
from bot.store.prepared import Prepared
from bot.store.schema import chats, events
from bot.store.statements import insert_or_skip

TOUCH_INTERVAL_SECONDS = 3600.0
DEFAULT_LANGUAGE = "ja"


class SeenChat(NamedTuple):
    """What is known of a chat. seen_at: when somebody last spoke there, seconds since 1970."""

    language: str
    reachable: bool
    seen_at: float


_NEW_EVENT = Prepared(partial(insert_or_skip, events))
_NEW_CHAT = Prepared(partial(insert_or_skip, chats))
_CHAT = Prepared(
    select(*(chats.c[name] for name in SeenChat._fields)).where(chats.c.id == bindparam("chat"))
)


def record_event(
    db: Connection, event_id: str, kind: str, mode: str, received_at: float | None = None
) -> bool:
    """Store a webhook event's id; returns False if it was stored before.

    LINE may send one twice: https://developers.line.biz/en/docs/messaging-api/receiving-messages/#redelivered-webhooks
    """
    at = now() if received_at is None else received_at
    return _NEW_EVENT.run(db, id=event_id, type=kind, mode=mode, received_at=at) == 1


def touch(db: Connection, chat_id: str, kind: str) -> str:
    """Note that somebody spoke in a chat, so that it can be reached; returns its language."""
    row = _CHAT.first(db, chat=chat_id)
    return touch_seen(db, chat_id, kind, SeenChat(*row) if row else None)


def touch_seen(db: Connection, chat_id: str, kind: str, seen: SeenChat | None) -> str:
    """Do the same for a chat of which it was read before what is known; None: nothing."""
    if seen is None:
        values = {"kind": kind, "language": DEFAULT_LANGUAGE, "reachable": True, "seen_at": now()}
        _NEW_CHAT.run_later(db, id=chat_id, **values)
        return DEFAULT_LANGUAGE
    if not seen.reachable or seen.seen_at < now() - TOUCH_INTERVAL_SECONDS:
        chat = update(chats).where(chats.c.id == chat_id)
        db.execute(chat.values(reachable=True, seen_at=now()))
    return seen.language


def mark_unreachable(db: Connection, chat_id: str) -> None:
    """Note that the bot was blocked or left the chat: LINE answers 200 to a push and drops it."""
    db.execute(update(chats).where(chats.c.id == chat_id).values(reachable=False))


def is_reachable(db: Connection, chat_id: str) -> bool:
    """Return whether LINE still delivers to the chat, as far as its events say."""
    query = select(chats.c.reachable).where(chats.c.id == chat_id)
    return bool(db.execute(query).scalar_one_or_none())


def find_language(db: Connection, chat_id: str) -> str | None:
    """Return the language of a chat; None if the chat is not known."""
    return db.execute(select(chats.c.language).where(chats.c.id == chat_id)).scalar_one_or_none()


def language_of(db: Connection, chat_id: str) -> str:
    """Return the language of a chat, DEFAULT_LANGUAGE if it is not known."""
    return find_language(db, chat_id) or DEFAULT_LANGUAGE


def kind_of(db: Connection, chat_id: str) -> str:
    """Return "user", "group" or "room"; "user" for a chat that is not known."""
    query = select(chats.c.kind).where(chats.c.id == chat_id)
    return db.execute(query).scalar_one_or_none() or "user"


def set_first_language(db: Connection, chat_id: str, language: str | None) -> None:
    """Set the language of a 1:1 chat from its user's first profile; None keeps the present one.

    Later profiles change nothing: by then the user may have chosen another language.
    """
    values: dict[str, object] = {"profile_at": now()}
    if language is not None:
        values["language"] = language
    first = (chats.c.id == chat_id, chats.c.profile_at.is_(None))
    db.execute(update(chats).where(*first).values(**values))


def delete_silent(db: Connection, before: float) -> None:
    """Delete chats that were silent since this time: the id of a 1:1 chat is a person's."""
    db.execute(delete(chats).where(chats.c.seen_at < before))


def delete_chat(db: Connection, chat_id: str) -> None:
    """Delete a chat; it is created again when somebody writes there."""
    db.execute(delete(chats).where(chats.c.id == chat_id))
