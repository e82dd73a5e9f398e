"""Which language a chat is spoken to in.

A 1:1 chat begins in that of its person's LINE (bot.people), a group in Japanese; whoever says
「英語で話して」 chooses, and what was chosen stays.
"""

from __future__ import annotations

import re

from sqlalchemy import func, update

from bot import messages, people
from bot.database import now
from bot.queue import Wake
from bot.tables import chats
from bot.turn import Turn

WORDS = {
    "ja": "日本語で話して 日本語で話してください 日本語で話してほしい 日本語でお願いします "
    "日本語でお願い 日本語に戻して speak_japanese japanese_please",
    "en": "英語で話して 英語で話してください 英語で話してほしい 英語でお願いします "
    "英語でお願い speak_english speak_in_english speak_english_please english_please "
    "in_english_please",
}
_BY_WORD = {
    word.replace("_", " "): language for language, words in WORDS.items() for word in words.split()
}


def asked(text: str) -> str | None:
    """The language that these words ask for, if they fill the text; None: they do not."""
    bare = re.sub(r"[\s。、.,!?！？〜~ー]+$", "", text).casefold()
    return _BY_WORD.get(" ".join(bare.replace(",", " ").split()))


def choose(turn: Turn, language: str) -> list[Wake]:
    """Speak this language in the chat from now on, whatever a profile says."""
    chosen = update(chats).where(chats.c.id == turn.chat_id)
    turn.db.execute(
        chosen.values(language=language, profile_at=func.coalesce(chats.c.profile_at, now()))
    )
    turn.language = language
    menu = people.again(turn.db, turn.chat_id) if turn.private else []
    return turn.say(messages.language_chosen(language)) + menu
