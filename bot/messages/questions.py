"""What the bot asks before it does something: whether a text is a wish, what is to be erased."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages.answers import help_lines
from bot.messages.parts import Message, text_message
from bot.texts import gettext, has_text
from bot.texts.graphemes import cut

ASKED_ACTION = "asked"  # what the buttons' postbacks begin with
ABOUT_PREFIX = "about."  # of the buttons that ask about a topic instead
MAX_QUOTED_CHARS = 40


def wish_question(
    text: str,
    lang: str,
    *,
    has_photo: bool = False,
    may_change: bool = False,
    topics: Sequence[str] = (),
) -> list[Message]:
    """Ask whether words are a wish. has_photo: they may also be about a photo just sent.
    may_change: they may also be about the last picture. topics: keys of [asked_about] in the texts,
    of what they may ask instead."""
    shown = text if len(text) <= MAX_QUOTED_CHARS else f"{cut(text, MAX_QUOTED_CHARS - 1)}…"
    key = "asked.photo_or_wish" if has_photo else "asked.wish"
    choices = ["photo", "new", "help"] if has_photo else ["yes", "help"]
    if may_change:
        choices.insert(1, "change")
    choices[-1:-1] = [f"{ABOUT_PREFIX}{topic}" for topic in topics]
    return _with_choices(gettext(key, lang, text=shown), choices, lang)


def topic_sentence(topic: str, lang: str) -> str | None:
    """Return the sentence that asks about a topic, or None if there is no such topic."""
    return gettext(f"asked_about.{topic}", lang) if has_text(f"asked_about.{topic}") else None


def erase_picture_question(number: str, lang: str) -> list[Message]:
    """Ask whether the pictures of this 受付番号 are to be erased."""
    question = gettext("asked.erase_picture", lang, number=number)
    return _with_choices(question, ["erase", "everything", "keep"], lang)


def erase_photo_question(lang: str) -> list[Message]:
    """Ask whether the last photo is to be erased, with what was painted from it."""
    question = gettext("asked.erase_photo", lang)
    return _with_choices(question, ["erase", "everything", "keep"], lang)


def oneself_question(lang: str, *, support_lines: str | None) -> list[Message]:
    """Ask whether 「私を消して」 means what the bot keeps, and say who listens if it does not."""
    lines = help_lines("life", lang, support_lines)
    return _with_choices(gettext("asked.oneself", lang, lines=lines), ["everything"], lang)


def _with_choices(question: str, choices: list[str], lang: str) -> list[Message]:
    items = []
    for choice in choices:
        is_topic = choice.startswith(ABOUT_PREFIX)
        label = gettext(f"asked_{choice}" if is_topic else f"asked.{choice}", lang)
        data = f"{ASKED_ACTION}:{choice}"
        action = {"type": "postback", "label": label, "data": data, "displayText": label}
        items.append({"type": "action", "action": action})
    return [text_message(question) | {"quickReply": {"items": items}}]
