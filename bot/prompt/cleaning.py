"""What a person typed, without what nobody sees and what is no word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot.events import Span

MAX_PROMPT = 1_000  # characters after cleaning; far more than the 77 tokens a model can read

PICTOGRAPH = (  # roughly the characters of which emojis are made
    "\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff"
)
_JOINER = re.compile(rf"(?<=[{PICTOGRAPH}\ufe0f])\u200d(?=[{PICTOGRAPH}])")
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_SELECTOR = re.compile(rf"[\ufe00-\ufe0e\U000e0100-\U000e01ef]|(?<![{PICTOGRAPH}])\ufe0f(?!\u20e3)")
_BLANK_LETTERS = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")  # letters that show nothing


def cut(text: str, *groups: Iterable[Span]) -> str:
    """The text with a blank in place of each span (mentions, LINE emojis).

    LINE counts in UTF-16 code units (Messaging API documentation, "Character counting in a text").
    Spans beyond the text, overlapping ones, and halves of a surrogate pair do no harm.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    kept, position = [], 0
    for start, end in sorted((s.index, s.index + s.length) for group in groups for s in group):
        kept.append(units[2 * position : 2 * max(position, start)])
        position = max(position, end)
    kept.append(units[2 * position :])
    return " ".encode("utf-16-le").join(kept).decode("utf-16-le", "replace")


def clean(text: str) -> str:
    """NFKC, without control and zero-width characters, white space collapsed and trimmed.

    The joiner and the colour selector inside an emoji stay: without them one emoji becomes several.
    """
    text = " ".join("".join(_visible(_BLANK_LETTERS.sub(" ", text))).split())
    text = text[: 5 * MAX_PROMPT]  # too long anyway, and NFKC makes up to 18 characters of one
    return " ".join(_SELECTOR.sub("", unicodedata.normalize("NFKC", text)).split())


def _visible(text: str) -> Iterable[str]:
    joiners = {match.start() for match in _JOINER.finditer(text)}
    for position, character in enumerate(text):
        match unicodedata.category(character):
            case "Cc" | "Zl" | "Zp":
                yield " " if character.isspace() else ""
            case "Cf":
                yield character if position in joiners else ""
            case "Cs" | "Co":
                yield ""
            case _:
                yield "" if character == "\ufffd" else character


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit that is no part of an emoji."""
    return any(unicodedata.category(c)[0] in "LN" for c in _KEYCAP.sub("", text))


def has_symbols(text: str) -> bool:
    """Whether there is an emoji or another picture sign."""
    return bool(_KEYCAP.search(text)) or any(unicodedata.category(c) == "So" for c in text)
