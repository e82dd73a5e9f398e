"""The greeting's messages, made when it is sent: its language and its picture are known by then."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import messages
from bot.messages import Message
from bot.settings import Settings
from bot.storage import Storage
from bot.store import chats, samples
from bot.tasks.samples import GREETING


def greeting_messages(
    db: Connection, storage: Storage, settings: Settings, chat_id: str
) -> list[Message]:
    """Return the greeting of a chat, with the picture that the model painted, if there is one."""
    sample = samples.find(db, GREETING)
    return messages.welcome(
        chats.language_of(db, chat_id),
        chats.kind_of(db, chat_id),
        terms_url=f"{settings.public_url}/terms",
        model=settings.model,
        picture_url=storage.url(sample.preview_key) if sample else None,
        picture_prompt=sample.prompt if sample else "",
    )
