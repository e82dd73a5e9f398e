"""What the bot has just asked somebody, apart from what to change: is this a wish, erase this?

It is kept for minutes, with the words that the question is about, in the named values.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection, delete

from bot.store import key_values
from bot.store.bans import fingerprint
from bot.store.clock import now
from bot.store.schema import switches

ANSWER_SECONDS = 600.0  # for which an answer is awaited
_PREFIX = "asked:"

About = Literal["wish", "photo", "refused", "erase.picture", "erase.photo", "letters"]


@dataclass(frozen=True)
class Question:
    """about: what was asked. text: the words that it is about, or "". message_id: of the message
    that made the bot ask. target: a 受付番号, or the id of a photo's message; for "photo" of the
    one that the words are about. For "refused" it is the category, and text is masked."""

    about: About
    text: str = ""
    message_id: str | None = None
    target: str = ""


def ask(db: Connection, chat_id: str, user_id: str | None, question: Question) -> None:
    """Note that this user was asked; an earlier question is forgotten."""
    delete_stale(db)
    owner = [_digest(chat_id), _digest(user_id or "")]
    key_values.put(db, _name(chat_id, user_id), asdict(question) | {"owner": owner})


def get(db: Connection, chat_id: str, user_id: str | None) -> Question | None:
    """Return what this user was just asked, or None."""
    name = _name(chat_id, user_id)
    value, at = key_values.get_many(db, name).get(name, (None, 0.0))
    if value is None or at <= now() - ANSWER_SECONDS:
        return None
    return Question(value["about"], value["text"], value["message_id"], value["target"])


def clear(db: Connection, chat_id: str, user_id: str | None) -> None:
    """Forget the question: it is answered."""
    key_values.drop(db, _name(chat_id, user_id))


def clear_about(db: Connection, chat_id: str, user_id: str | None, about: About) -> None:
    """Forget the question if it is about this."""
    question = get(db, chat_id, user_id)
    if question is not None and question.about == about:
        clear(db, chat_id, user_id)


def clear_message(db: Connection, message_id: str) -> None:
    """Forget the words of a message that was taken back."""
    _clear_where(db, lambda value: value["message_id"] == message_id)


def clear_line_id(db: Connection, line_id: str) -> None:
    """Forget all that was asked of a user, or in a chat."""
    digest = _digest(line_id)
    _clear_where(db, lambda value: digest in value["owner"])


def delete_stale(db: Connection) -> None:
    """Delete the words of questions that nobody answered in time."""
    stale = switches.c.name.startswith(_PREFIX) & (switches.c.at < now() - ANSWER_SECONDS)
    db.execute(delete(switches).where(stale))


def _clear_where(db: Connection, is_meant: Any) -> None:
    for name, (value, _at) in key_values.get_prefixed(db, _PREFIX).items():
        if is_meant(value):
            key_values.drop(db, name)


def _name(chat_id: str, user_id: str | None) -> str:
    return _PREFIX + _digest(f"{chat_id} {user_id or ''}")


def _digest(line_id: str) -> str:
    return fingerprint(line_id)[:48]  # a name has 64 characters
