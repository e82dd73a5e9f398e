"""Cards with buttons: the album's link, several wishes, and what is asked before an erasure."""

from __future__ import annotations

from bot.messages.parts import (
    ACCENT_COLOR,
    MUTED_COLOR,
    TEXT_COLOR,
    Message,
    card,
    flex_message,
    flex_text,
)
from bot.messages.questions import ASKED_ACTION
from bot.texts import gettext
from bot.texts.graphemes import cut

EACH_ACTION = "each"  # of the button that stands for one of several wishes
_MAX_LABEL_CHARS = 40  # of a button


def album_link(
    url: str, lang: str, *, is_new: bool = False, in_group: bool = False
) -> list[Message]:
    """Make the card that opens the album. is_new: an older link has just stopped working.

    in_group: the album tells who asked for what.
    """
    title = gettext("album.chat_title", lang)
    lines = [flex_text(title, "md", TEXT_COLOR, weight="bold", wrap=True)]
    if is_new:
        lines += [flex_text(gettext("album.chat_new", lang), "sm", TEXT_COLOR, wrap=True)]
    body = gettext("album.chat_body_group" if in_group else "album.chat_body", lang)
    lines += [flex_text(body, "sm", MUTED_COLOR, wrap=True)]
    action = {"type": "uri", "label": gettext("album.chat_open", lang), "uri": url}
    button = {"type": "button", "style": "primary", "color": ACCENT_COLOR, "action": action}
    hint = flex_text(gettext("album.chat_hint", lang), "xxs", MUTED_COLOR, wrap=True)
    alt_text = gettext("album.chat_alt", lang, url=url)
    return [flex_message(alt_text, card(lines, [button, hint]))]


def several_wishes(wishes: list[str], lang: str) -> list[Message]:
    """Ask which of several wishes is to be painted, or whether all are one picture.

    Its buttons last, so that one wish can be tapped after another. wishes: at most 60 characters
    each.
    """
    question = gettext("asked.several", lang, count=len(wishes))
    together = gettext("asked.together", lang)
    buttons = [_wish_button(f"{EACH_ACTION}:{wish}", wish, "primary") for wish in wishes]
    buttons.append(_wish_button(f"{ASKED_ACTION}:yes", together, "secondary"))
    lines = [flex_text(question, "sm", TEXT_COLOR, wrap=True)]
    return [flex_message(question, card(lines, buttons))]


def _wish_button(data: str, words: str, style: str) -> Message:
    label = cut(words, _MAX_LABEL_CHARS)
    action = {"type": "postback", "label": label, "data": data, "displayText": words}
    button = {"type": "button", "height": "sm", "style": style, "action": action}
    return button | ({"color": ACCENT_COLOR} if style == "primary" else {})


def erase_question(lang: str, **counts: int) -> list[Message]:
    """Ask whether everything is really to be erased. counts: placeholders of "erase.ask"."""
    first, _, rest = gettext("erase.ask", lang, **counts).partition("\n\n")
    title = gettext("erase.title", lang)
    lines = [
        flex_text(title, "md", TEXT_COLOR, weight="bold", wrap=True),
        flex_text(first, "sm", TEXT_COLOR, wrap=True),
        flex_text(rest, "sm", MUTED_COLOR, wrap=True),
    ]
    buttons = [
        {**_erase_button("no", lang), "style": "primary", "color": ACCENT_COLOR},
        {**_erase_button("yes", lang), "style": "secondary"},
    ]
    return [flex_message(gettext("erase.alt", lang), card(lines, buttons, size="mega"))]


def _erase_button(answer: str, lang: str) -> Message:
    label = gettext(f"erase.{answer}", lang)
    action = {"type": "postback", "label": label, "data": f"erase:{answer}", "displayText": label}
    return {"type": "button", "height": "sm", "action": action}
