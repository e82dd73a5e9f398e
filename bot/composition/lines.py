"""Breaks letters into lines: between phrases, and never before or after what must not stand there.

Phrases are found by BudouX (https://github.com/google/budoux). What may not begin or end a line
is kinsoku (https://www.w3.org/TR/jlreq/#line_breaking).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import budoux

NOT_AT_START = frozenset(
    "、。，．,.！？!?・：；:;」』）〕］｝〉》】ー―～〜…‥゛゜々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ♪"
)
NOT_AT_END = frozenset("「『（〔［｛〈《【")

Measure = Callable[[str], float]  # the length of a line in pixels


def break_lines(text: str, limit: float, measure: Measure) -> list[str]:
    """Return the lines of a text, each at most `limit` pixels long where a break allows that.

    Line feeds of the text break as well. A phrase longer than a line is broken between characters.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph, limit, measure):
            if line and measure((line + piece).rstrip()) > limit:
                lines.append(line.strip())
                line = ""
            line += piece
        lines.append(line.strip())
    return [line for line in lines if line]


def balance_lines(text: str, limit: float, measure: Measure) -> list[str]:
    """Return as few lines as `break_lines` makes, as even as the phrases allow."""
    lines = break_lines(text, limit, measure)
    keeps_phrases = not parts_phrase(text, limit, measure)
    low, high = limit / 3, limit
    for _ in range(7):
        middle = (low + high) / 2
        narrower = break_lines(text, middle, measure)
        fits = len(narrower) == len(lines) and all(measure(line) <= limit for line in narrower)
        if fits and not (keeps_phrases and parts_phrase(text, middle, measure)):
            lines, high = narrower, middle
        else:
            low = middle
    return lines


def parts_phrase(text: str, limit: float, measure: Measure) -> bool:
    """Return whether a phrase of the text is longer than a line, so that it has to be parted."""
    return any(
        measure(phrase.strip()) > limit
        for paragraph in text.split("\n")
        for phrase in _parser().parse(paragraph)
    )


def _pieces(paragraph: str, limit: float, measure: Measure) -> list[str]:
    pieces: list[str] = []
    for phrase in _parser().parse(paragraph):
        if measure(phrase) <= limit:
            pieces.append(phrase)
        else:
            pieces += _unbreakable(phrase)
    return pieces


def _unbreakable(phrase: str) -> list[str]:
    """Split into characters, those with one another that no line end may part."""
    pieces: list[str] = []
    for char in phrase:
        glued = pieces and (
            char in NOT_AT_START
            or pieces[-1][-1] in NOT_AT_END
            or (_latin(char) and _latin(pieces[-1][-1]))
        )
        if glued and len(pieces[-1]) < 12:
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


@cache
def _parser() -> Any:
    return budoux.load_default_japanese_parser()
