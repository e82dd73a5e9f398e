"""Cuts texts where one character, as people see it, ends.

A flag, a family, a keycap and か with a mark of its own are one character to whoever reads them and
several code points: https://www.unicode.org/reports/tr29/
"""

from __future__ import annotations

import regex

_GRAPHEME = regex.compile(r"\X")


def cut(text: str, max_chars: int) -> str:
    """Return the longest beginning of whole graphemes that has at most `max_chars` code points.

    A single grapheme that is longer than that is cut all the same.
    """
    if len(text) <= max_chars:
        return text
    end = 0
    # The cut off grapheme must be seen whole, so somewhat more than the beginning is looked at.
    for grapheme in _GRAPHEME.finditer(text[: 2 * max_chars + 64]):
        if grapheme.end() > max_chars:
            break
        end = grapheme.end()
    return text[: end or max_chars]


def end_from(text: str, position: int) -> str:
    """Return the end of a text that begins with the whole grapheme at `position`, or with what
    follows there.
    """
    for grapheme in _GRAPHEME.finditer(text):
        if grapheme.end() > position:
            return text[grapheme.start() :]
    return ""
