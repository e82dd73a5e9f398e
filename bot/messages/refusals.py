"""Why nothing is painted, and what to do instead."""

from __future__ import annotations

from bot import texts
from bot.messages.durations import duration_text, range_text
from bot.messages.help_carousel import example_quick_reply
from bot.messages.parts import Message, numbered_text, sentence, text_message
from bot.messages.questions import ASKED_ACTION
from bot.prompt import MAX_PROMPT
from bot.prompt.options.letters import MAX_LETTERS
from bot.texts import gettext


def job_failed(
    number: str,
    error_code: str,
    *,
    lang: str,
    quote_token: str | None = None,
    terms_url: str | None = None,
) -> list[Message]:
    """Say that a picture will not be painted. error_code: a key of "failed" in bot.texts; others
    are reported as "paint_failed". terms_url: linked if it is the chat's first picture."""
    key = f"failed.{error_code}"
    text = gettext(key if texts.has_text(key) else "failed.paint_failed", lang)
    if terms_url:
        text += "\n" + gettext("picture.terms", lang, terms_url=terms_url)
    return [numbered_text(text, number, lang, quote_token=quote_token)]


def limit_reached(
    kind: str,
    lang: str,
    *,
    seconds: float | None = None,
    free_in_seconds: tuple[float, float] | None = None,
    **values: object,
) -> list[Message]:
    """Say which limit is reached and when it opens again.

    kind, values: as in `bot.jobs.limits.Reached`. seconds: of a cooldown, one of those values.
    free_in_seconds: when a place will be free, at least and at most, if that is known. Raises
    KeyError for an unknown kind.
    """
    if seconds is not None:
        values = {**values, "time": duration_text(seconds, lang)}
    text = gettext(f"busy.{kind}", lang, **values)
    if free_in_seconds:
        text += "\n" + gettext("busy.soon", lang, when=range_text(free_in_seconds, lang))
    return [text_message(text)]


def request_problem(
    kind: str, lang: str, chat_kind: str = "user", **values: object
) -> list[Message]:
    """Say why nothing can be painted of what was sent. kind: a key of "problem" in bot.texts, among
    them those of `Reading.problem`. values: its placeholders. Raises KeyError for an unknown kind.
    """
    limit = {"too_long": MAX_PROMPT, "letters_too_long": MAX_LETTERS}.get(kind)
    if limit is not None:
        values = {"limit": limit, **values}
    message = text_message(gettext(f"problem.{kind}", lang, **values))
    if kind == "anything":
        message["quickReply"] = example_quick_reply(lang, chat_kind)
    return [message]


def moderation_refused(category: str, lang: str, *, may_appeal: bool = False) -> list[Message]:
    """Say why moderation refuses a prompt and what to do instead. category: one of
    `bot.moderation.CATEGORIES`. may_appeal: whether 「違います」 is offered. Raises KeyError for an
    unknown category."""
    message = text_message(gettext(f"refused.{category}", lang))
    if may_appeal:
        label = gettext("asked.mistaken", lang)
        data = f"{ASKED_ACTION}:appeal"
        action = {"type": "postback", "label": label, "data": data, "displayText": label}
        message["quickReply"] = {"items": [{"type": "action", "action": action}]}
    return [message]


def photo_unusable(error_code: str, lang: str) -> list[Message]:
    """Say why a photo cannot be painted from, and what to do. error_code: the photo's."""
    key = f"failed.{error_code}"
    return sentence(key if texts.has_text(key) else "failed.photo_unavailable", lang)
