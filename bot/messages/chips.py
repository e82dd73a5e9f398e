"""Chips: small rounded buttons in a Flex bubble, several in a row.

A chip lasts however many messages follow, and works on a PC, too. It sends a postback such as
"again:4F7-K2M:0": what to do, the 受付番号, and which of the pictures, from 0.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from bot.messages.parts import TEXT_COLOR, Message
from bot.texts import gettext

CHIP_COLOR = "#EBEDF5"
ROW_PIXELS = 236  # inside a "kilo" bubble with a padding of 12 px
_SPACING_PIXELS, _PADDING_PIXELS, _EM_PIXELS = 6, 16, 13


def picture_chip(action: str, number: str, position: int, lang: str) -> Message:
    """Make the chip that does `action`, a key of "going_on" in bot.texts, with one picture."""
    label = gettext(f"going_on.{action}", lang)
    postback: Message = {
        "type": "postback",
        "label": label,
        "data": f"{action}:{number}:{position}",
        "displayText": label,
    }
    if action == "change":
        postback["inputOption"] = "openKeyboard"  # on a phone: the answer is to be typed
    return chip(postback)


def chip(action: Message) -> Message:
    """Make a chip of an action object. Its label stands on it."""
    label = action["label"]
    text = {
        "type": "text",
        "text": label,
        "size": "xs",
        "color": TEXT_COLOR,
        "align": "center",
        "adjustMode": "shrink-to-fit",
    }
    return {
        "type": "box",
        "layout": "vertical",
        "flex": _width(label),
        "backgroundColor": CHIP_COLOR,
        "cornerRadius": "16px",
        "paddingAll": "7px",
        "contents": [text],
        "action": action,
    }


def chip_rows(chips: Iterable[Message]) -> list[Message]:
    """Lay chips out in rows that are no wider than a bubble; each row is filled."""
    rows: list[list[Message]] = []
    room = 0
    for each in chips:
        wanted = each["flex"] + _SPACING_PIXELS
        if wanted > room:
            rows.append([])
            room = ROW_PIXELS + _SPACING_PIXELS
        rows[-1].append(each)
        room -= wanted
    return [_row(row) for row in rows]


def _row(chips: Sequence[Message]) -> Message:
    spacing = f"{_SPACING_PIXELS}px"
    return {"type": "box", "layout": "horizontal", "spacing": spacing, "contents": list(chips)}


def _width(label: str) -> int:
    """Estimate how many pixels wide a chip is."""
    wide = sum(unicodedata.east_asian_width(char) in "WFA" for char in label)
    return _PADDING_PIXELS + _EM_PIXELS * wide + _EM_PIXELS * (len(label) - wide) * 55 // 100
