"""The language that the bot speaks in a chat.

A 1:1 chat begins in the language of its person's LINE (bot.tasks.profiles), a group in Japanese;
whoever says 「英語で話して」 chooses, and the choice stays.
"""

from __future__ import annotations

from sqlalchemy import func, update

from bot import messages
from bot.conversation import answers
from bot.conversation.context import EventContext, Replies
from bot.moderation.distress import find_cry
from bot.prompt.japanese.cleaning import TRAILING_MARKS, strip_trailing_marks
from bot.prompt.translation.other_languages import is_cry, other_language
from bot.queue.app import FETCH_PROFILES
from bot.store import people
from bot.store.clock import now
from bot.store.schema import chats

LANGUAGE_PHRASES = {
    "ja": "日本語で話して 日本語で話してください 日本語で話してほしい 日本語でお願いします "
    "日本語でお願い 日本語に戻して speak_japanese japanese_please",
    "en": "英語で話して 英語で話してください 英語で話してほしい 英語でお願いします "
    "英語でお願い speak_english speak_in_english speak_english_please english_please "
    "in_english_please",
}
_NAMES = {"ja": ("日本語", "にほんご", "japanese"), "en": ("英語", "えいご", "english")}
_LANGUAGE_BY_PHRASE = {
    phrase.replace("_", " "): language
    for language, phrases in LANGUAGE_PHRASES.items()
    for phrase in phrases.split()
}


def handle_text(ctx: EventContext) -> Replies | None:
    """Speak another language from now on, if the text asks for it."""
    language = requested_language(ctx.text_without_small_talk)
    return set_language(ctx, language) if language else None


def handle_other(ctx: EventContext) -> Replies | None:
    """Answer a text in another language than the bot speaks, kindly and in that language."""
    other = other_language(ctx.text) if ctx.mentions_bot else None
    if other is None or ctx.reading.letters is not None or find_cry(ctx.text):
        return None
    if is_cry(ctx.text):
        return answers.answer_cry(ctx, "life")
    return ctx.reply_sentence(f"other_language.{other}")


def answer_intent(ctx: EventContext) -> Replies:
    """Speak the language that the text names in other words, or say how to choose one."""
    words = ctx.text.casefold()
    named = [lang for lang, names in _NAMES.items() if any(name in words for name in names)]
    if len(named) == 1:
        return set_language(ctx, named[0])
    if not any(char > "\x7f" for char in words):
        return set_language(ctx, "en")
    return ctx.reply_sentence("language.which")


def requested_language(text: str) -> str | None:
    """Return the language that the whole text asks for. Returns None if it asks for none."""
    bare = strip_trailing_marks(text, f"{TRAILING_MARKS}.,").casefold()
    return _LANGUAGE_BY_PHRASE.get(" ".join(bare.replace(",", " ").split()))


def set_language(ctx: EventContext, language: str) -> Replies:
    """Speak this language in the chat, whatever a profile says."""
    chosen = update(chats).where(chats.c.id == ctx.chat_id)
    ctx.db.execute(
        chosen.values(language=language, profile_at=func.coalesce(chats.c.profile_at, now()))
    )
    is_stale = ctx.is_private and people.enqueue_refresh(ctx.db, ctx.chat_id)
    show_menu = [FETCH_PROFILES] if is_stale else []
    return ctx.reply(messages.language_chosen(language)) + show_menu
