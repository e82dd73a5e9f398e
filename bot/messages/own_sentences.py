"""Tells the bot's own sentences when they are sent back, by whoever copies or forwards them."""

from __future__ import annotations

import re
from functools import cache
from string import Formatter

from bot.prompt.cleaning import clean
from bot.texts import LANGUAGES, command_sentences, operators_sentences, sentences

# Beside placeholders. Shorter ones may be wishes, titles and labels too, and count beside others.
_MIN_CHARS = {"ja": 12, "en": 16}
_MIN_CHARS_BESIDE = 6
_IS_PROSE = re.compile("[。、:?？]|[.!](?: |$)")
_FOR_WISHES = re.compile(r"^(?:picture\.titled|reading\.line|purpose\..+|.+\.try_\d+)$")
# What they say in need or after a refusal is heard for what it says.
_HEARD = ("cry.", "refused.")
_PLACE, _VALUE = "Zz0zZ", ".{1,80}?"
_MAX_PLACES = 3
_MAX_TEXT_CHARS, _MAX_SENTENCES = 600, 5


def is_own(text: str) -> bool:
    """Return whether a cleaned text is nothing but sentences of the bot, in any language."""
    if len(text) > _MAX_TEXT_CHARS:
        return False
    is_told = False
    for _ in range(_MAX_SENTENCES):
        found = ((pattern.match(text), is_long) for pattern, is_long in _patterns())
        match, is_long = next((each for each in found if each[0]), (None, False))
        if match is None:
            return False
        is_told, text = is_told or is_long, text[match.end() :]
        if not text:
            return is_told
    return False


@cache
def _patterns() -> list[tuple[re.Pattern[str], bool]]:
    """Return the patterns of sentences, and whether each is long enough to stand alone."""
    patterns = []
    for lang in LANGUAGES:
        not_in_chats = operators_sentences(lang).keys() | command_sentences(lang).keys()
        for key, sentence in sentences(lang).items():
            if key in not_in_chats or key.startswith(_HEARD) or _FOR_WISHES.match(key):
                continue
            parts = list(Formatter().parse(sentence))
            chars = sum(len(literal) for literal, *_ in parts)
            places = sum(name is not None for _, name, *_ in parts)
            is_prose = _IS_PROSE.search(clean(sentence)) is not None and places <= _MAX_PLACES
            if (is_prose and chars >= _MIN_CHARS_BESIDE) or key == "number.line":
                is_long = is_prose and chars >= _MIN_CHARS[lang]
                patterns.append((_pattern(sentence), is_long))
    return sorted(patterns, key=lambda row: -len(row[0].pattern))  # the longest that fits


def _pattern(sentence: str) -> re.Pattern[str]:
    literals = [
        part[0] + (_PLACE if part[1] is not None else "") for part in Formatter().parse(sentence)
    ]
    written = re.escape(clean("".join(literals))).replace(_PLACE, _VALUE)
    return re.compile(rf"{written}(?: +|$)")
