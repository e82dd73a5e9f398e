"""What a chat's pictures are painted in where a wish says nothing else: a style and a shape."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from bot.store.schema import chats


@dataclass(frozen=True)
class ChatDefaults:
    """style: a label such as 「アニメ調」. shape: a name such as 「縦長」. None: none is set."""

    style: str | None = None
    shape: str | None = None


def get(db: Connection, chat_id: str) -> ChatDefaults:
    """Return the defaults of a chat."""
    row = db.execute(select(chats.c.style, chats.c.shape).where(chats.c.id == chat_id)).first()
    return ChatDefaults(*row) if row else ChatDefaults()


def put(db: Connection, chat_id: str, defaults: ChatDefaults) -> None:
    """Store the defaults of a chat in the place of earlier ones."""
    chat = update(chats).where(chats.c.id == chat_id)
    db.execute(chat.values(style=defaults.style, shape=defaults.shape))
