"""Answers in words: greetings, help, questions and confirmations."""

from __future__ import annotations

from bot import texts
from bot.messages.help_carousel import help_carousel
from bot.messages.parts import Message, numbered_text, sentence, text_message
from bot.messages.tickets import pick_quick_reply
from bot.texts import gettext


def job_cancelled(number: str, lang: str) -> list[Message]:
    """Confirm that the job was cancelled."""
    return sentence("command.cancelled", lang, number=number)


def too_late_to_cancel(number: str, lang: str) -> list[Message]:
    """Say that the picture is painted already and can be received instead."""
    message = text_message(gettext("command.too_late", lang, number=number))
    return [message | {"quickReply": pick_quick_reply(number, lang)}]


def unknown_number(number: str, lang: str) -> list[Message]:
    """Say that this chat has no such 受付番号, or no longer."""
    return sentence("command.unknown_number", lang, number=number)


def nothing_waiting(lang: str) -> list[Message]:
    """Say that there is nothing to receive, cancel or report on."""
    return sentence("command.nothing_waiting", lang)


def ask_change(
    number: str,
    lang: str,
    chat_kind: str,
    *,
    quote_token: str | None = None,
    position: int | None = None,
) -> list[Message]:
    """Ask what to change about this picture. position: from 0, if it is one of several."""
    lines = [] if position is None else [gettext("going_on.chosen", lang, nth=position + 1)]
    lines += [gettext("going_on.ask", lang)]
    if chat_kind != "user":
        lines += [gettext("going_on.ask_group", lang)]
    return [numbered_text("\n".join(lines), number, lang, quote_token=quote_token)]


def picture_gone(lang: str) -> list[Message]:
    """Say that the picture to continue from has been erased."""
    return sentence("going_on.gone", lang)


def no_previous_picture(lang: str) -> list[Message]:
    """Say that there is no earlier picture to change."""
    return sentence("going_on.nothing", lang)


def ask_about_photo(lang: str, *, several: bool = False) -> list[Message]:
    """Ask what to paint from a photo. several: it was not the only one."""
    items = []
    for style in ("watercolour", "ukiyoe", "anime"):
        label = gettext(f"photo.{style}", lang)
        action = {"type": "message", "label": label, "text": gettext(f"photo.{style}_text", lang)}
        items.append({"type": "action", "action": action})
    question = gettext("photo.ask_several" if several else "photo.ask", lang)
    return [text_message(question) | {"quickReply": {"items": items}}]


def photo_not_used(lang: str) -> list[Message]:
    """Say that the model paints from words only."""
    return sentence("photo.words_only", lang)


def prefix_answer(kind: str, lang: str, *, word: str = "", max_chars: int = 0) -> list[Message]:
    """Say what became of a group's word for the bot (呼び名). kind: a key of "prefix" in bot.texts.
    word: the word that was set, or cannot be. max_chars: its greatest length. Raises KeyError for
    an unknown kind."""
    key = f"prefix.{kind}"
    values = {"word": word, "most": max_chars}
    placeholders = texts.placeholders(texts.sentences(lang)[key])
    return sentence(key, lang, **{name: values[name] for name in placeholders})


def language_chosen(lang: str) -> list[Message]:
    """Confirm that the bot speaks this language in the chat from now on."""
    return sentence("language.chosen", lang)


def pictures_left(kind: str, lang: str, **values: object) -> list[Message]:
    """Say how many pictures are left today. kind: a key of "left" in bot.texts."""
    return sentence(f"left.{kind}", lang, **values)


def terms_link(lang: str, *, terms_url: str) -> list[Message]:
    """Say where the terms of use are."""
    return sentence("help.terms", lang, terms_url=terms_url)


def help_message(
    lang: str, chat_kind: str, *, terms_url: str | None = None, model: str | None = None
) -> list[Message]:
    """Explain how the bot is used. model: as in Settings; its examples are shown."""
    return [help_carousel(lang, chat_kind, terms_url=terms_url, model=model)]
