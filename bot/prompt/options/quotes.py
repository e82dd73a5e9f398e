"""Quotation marks of all kinds, written as the usual ones: 《ありがとう》, 'thank you'."""

from __future__ import annotations

import re

_USUAL = str.maketrans("｢｣＂〝〟〈〉《》", '「」"“”『』『』')
_SINGLE = re.compile(
    "(?<![A-Za-z0-9])(?:'([^'\n]{1,200})'|‘([^‘’\n]{1,200})’)(?=と|って|を|の|という)"
)


def usual_quotes(text: str) -> str:
    """Return a text, as typed, with 「」, 『』, “” or "" for its other marks, each in its place."""
    return _SINGLE.sub(lambda quoted: f'"{quoted[1] or quoted[2]}"', text.translate(_USUAL))
