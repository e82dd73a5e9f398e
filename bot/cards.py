"""Flex bubbles with buttons, which last however many messages follow and work on a PC, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.texts import say
from inference.request import MAX_COUNT

Message = dict[str, Any]

EACH = (("similar",), ("fine",), ("change",))  # buttons of one picture of several
MAX_URI = 1000  # characters of the address that a tap opens

INK, FAINT, ACCENT, LINE_COLOR = "#22263A", "#666C80", "#3B4CCA", "#E4E6EF"


def words(text: str, size: str, color: str, **more: object) -> Message:
    """A text in a bubble."""
    return {"type": "text", "text": text, "size": size, "color": color, **more}


def going_on(
    number: str,
    count: int,
    lang: str = "ja",
    *,
    caption: Sequence[str] = (),
    link: tuple[str, str] | None = None,
) -> Message:
    """The buttons under `count` pictures of the job with this 受付番号.

    One bubble for one picture; for several a carousel, of what is meant for all and what is meant
    for each. caption: lines that stand above the buttons; link: (words, address) after them. Each
    button's data is "again:4F7-K2M:0": what to do, the number, and which of the pictures, from 0.
    """

    lines = [words(it, "sm", INK, wrap=True) for it in caption]
    if link:
        action = {"type": "uri", "label": link[0][:40], "uri": link[1]}
        lines += [words(link[0], "sm", ACCENT, wrap=True, action=action)]
    if count == 1:
        title = words(say("going_on.title", lang), "xs", FAINT)
        buttons = _rows(number, lang, ("again", "similar"), ("four", "fine"), ("change",))
        contents = _bubble([*lines, title, *buttons])
    else:
        every = ("again",) if count == MAX_COUNT else ("again", "four")
        title = words(say("going_on.title_all", lang), "xs", FAINT)
        bubbles = [_bubble([*lines, title, *_rows(number, lang, *((it,) for it in every))])]
        for position in range(count):
            title = words(say("going_on.nth", lang, n=position + 1), "xs", FAINT)
            each = _rows(number, lang, *EACH, position=position)
            bubbles.append(_bubble([title, *each]))
        contents = {"type": "carousel", "contents": bubbles}
    return {
        "type": "flex",
        "altText": say("going_on.alt", lang, number=number),
        "contents": contents,
    }


def gallery(
    number: str, pictures: Sequence[tuple[str, str, int, int]], lang: str = "ja"
) -> Message:
    """Pictures and their buttons in one carousel: (original, preview, width, height) of each.

    A tap on one opens it in full. Addresses are https and at most 2,000 characters.
    """
    bubbles = []
    for position, (original, preview, width, height) in enumerate(pictures):
        hero: Message = {
            "type": "image",
            "url": preview,
            "size": "full",
            "aspectRatio": f"{width}:{min(height, 3 * width)}",
            "aspectMode": "cover",
            "animated": False,
        }
        if len(original) <= MAX_URI:
            label = say("going_on.open", lang)
            hero["action"] = {"type": "uri", "label": label, "uri": original}
        title = words(say("going_on.nth", lang, n=position + 1), "xs", FAINT)
        buttons = _rows(number, lang, *EACH, position=position)
        bubbles.append({**_bubble([title, *buttons]), "hero": hero})
    title = words(say("going_on.title_all", lang), "xs", FAINT)
    bubbles.append(_bubble([title, *_rows(number, lang, ("again",))]))
    return {
        "type": "flex",
        "altText": say("going_on.alt", lang, number=number),
        "contents": {"type": "carousel", "contents": bubbles},
    }


def _rows(number: str, lang: str, *actions: Sequence[str], position: int = 0) -> list[Message]:
    return [
        {
            "type": "box",
            "layout": "horizontal",
            "spacing": "sm",
            "contents": [_button(it, number, position, lang) for it in row],
        }
        for row in actions
    ]


def _button(action: str, number: str, position: int, lang: str) -> Message:
    label = say(f"going_on.{action}", lang)
    postback = {
        "type": "postback",
        "label": label,
        "data": f"{action}:{number}:{position}",
        "displayText": label,
    }
    if action == "change":
        postback["inputOption"] = "openKeyboard"  # on a phone; the answer is to be typed
    return {
        "type": "button",
        "style": "secondary",
        "height": "sm",
        "adjustMode": "shrink-to-fit",
        "action": postback,
    }


def _bubble(contents: list[Message]) -> Message:
    body = {
        "type": "box",
        "layout": "vertical",
        "spacing": "sm",
        "paddingAll": "12px",
        "contents": contents,
    }
    return {"type": "bubble", "size": "kilo", "body": body}
