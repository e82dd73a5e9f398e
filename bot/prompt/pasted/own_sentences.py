"""Tells the bot's own sentences when they are sent back, by whoever copies or forwards them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from string import Formatter
from typing import NamedTuple

from bot.prompt.japanese.cleaning import clean
from bot.texts import LANGUAGES, command_sentences, operators_sentences, sentences

# Beside placeholders. Shorter ones may be wishes, titles and labels too, and count beside others.
_MIN_CHARS = {"ja": 12, "en": 16}
_MIN_CHARS_BESIDE = 6
_IS_PROSE = re.compile("[。、:?？]|[.!](?: |$)")
_END_OF_SENTENCE = re.compile(r"(?<=。)|\n+|(?<=[.!?]) (?=[A-Z])")
_FOR_WISHES = re.compile(r"^(?:picture\.titled|reading\.line|purpose\..+|.+\.try_\d+)$")
# These are never wishes, however short: 「いま描いています。」
_TOLD = re.compile(r"^(?:position|estimate|picture|ticket|defaults|left|daily|state)\..+")
_HEARD = ("cry.", "refused.self_harm")  # as what whoever sends it back may be in need of
_PLACE, _VALUE = "Zz0zZ", ".{1,80}?"
_MAX_PLACES = 3
_BLANK, _STOPS = re.compile(r"(?<=\S)\s+(?=\S)"), "。.!?！？:)"
_KEY_CHARS = 2
_MAX_TEXT_CHARS, _MAX_SENTENCES = 600, 12


class _Known(NamedTuple):
    """All sentences without blanks, and whether each is long enough to stand alone.

    Each by its first _KEY_CHARS characters, since every wish is compared with them. with_values:
    patterns of those that have values in them, by "" where a value comes first; before each the
    longest of the words that it needs, which are looked for sooner.
    """

    plain: dict[str, list[tuple[str, bool]]]
    with_values: dict[str, list[tuple[str, re.Pattern[str], bool]]]


def is_own(text: str) -> bool:
    """Return whether a cleaned text is nothing but sentences of the bot, in any language.

    Blanks, line breaks and the last full stop may be lost.
    """
    if len(text) > _MAX_TEXT_CHARS:
        return False
    rest = _without_blanks(text).removesuffix("。") + "。"
    is_told = False
    for _ in range(_MAX_SENTENCES):
        end, is_long = max(_begins_with(rest), default=(0, False))
        if end == 0:
            return False
        is_told, rest = is_told or is_long, rest[end:]
        if rest in ("", "。"):
            return is_told
    return False


def without_own(text: str) -> str:
    """Return a text, as typed, without the bot's sentences before or after what somebody wrote.

    Returns the text itself if there are none, or nothing else.
    """
    if len(text) > _MAX_TEXT_CHARS:
        return text
    blanks = [blank.start() for blank in _BLANK.finditer(text)]
    end = next((blank for blank in blanks if is_own(clean(text[blank:]))), len(text))
    ends = [blank for blank in blanks if blank < end and text[blank - 1] in _STOPS]
    start = next((blank for blank in reversed(ends) if is_own(clean(text[:blank]))), 0)
    return text[start:end].strip() or text


def _begins_with(text: str) -> Iterator[tuple[int, bool]]:
    """Yield where a sentence ends with which a text begins, and whether that can stand alone."""
    known, key = _known(), text[:_KEY_CHARS]
    for own, is_long in known.plain.get(key, ()):
        if text.startswith(own):
            yield len(own), is_long
    for words, pattern, is_long in chain(known.with_values.get(key, ()), known.with_values[""]):
        if words in text and (match := pattern.match(text)):
            yield match.end(), is_long


@cache
def _known() -> _Known:
    plain: dict[str, bool] = {}
    with_values: dict[str, bool] = {}
    for lang in LANGUAGES:
        for key, text in sentences(lang).items():
            if not _is_said(key, lang):
                continue
            for sentence in {text, *_END_OF_SENTENCE.split(text)}:
                parts = list(Formatter().parse(sentence))
                chars = sum(len(literal) for literal, *_ in parts)
                places = sum(name is not None for _, name, *_ in parts)
                is_prose = _IS_PROSE.search(clean(sentence)) is not None and places <= _MAX_PLACES
                if (is_prose and chars >= _MIN_CHARS_BESIDE) or key == "number.line":
                    written = _written(parts)
                    table = with_values if places else plain
                    is_told = _TOLD.match(key) is not None and written.endswith(("。", "."))
                    table[written] = is_prose and (is_told or chars >= _MIN_CHARS[lang])
    known = _Known({}, {"": []})
    for written, is_long in plain.items():
        known.plain.setdefault(written[:_KEY_CHARS], []).append((written, is_long))
    for written, is_long in with_values.items():
        key = written[:_KEY_CHARS] if written.find(_PLACE) >= _KEY_CHARS else ""
        words = max(written.split(_PLACE), key=len)
        pattern = re.compile(_pattern(written))
        known.with_values.setdefault(key, []).append((words, pattern, is_long))
    return known


def _is_said(key: str, lang: str) -> bool:
    """Return whether people in a chat read it, and need not send it back as a wish."""
    elsewhere = key in operators_sentences(lang) or key in command_sentences(lang)
    return not (elsewhere or key.startswith(_HEARD) or _FOR_WISHES.match(key))


def _written(parts: list[tuple[str, str | None, str | None, str | None]]) -> str:
    literals = [literal + (_PLACE if name is not None else "") for literal, name, *_ in parts]
    return _without_blanks(clean("".join(literals)))


def _pattern(written: str) -> str:
    """Return the pattern of a sentence with values; one at its end is the end of the text."""
    ending = "。?$" if written.endswith(_PLACE) else ""
    return re.escape(written).replace(_PLACE, _VALUE) + ending


def _without_blanks(text: str) -> str:
    return "".join(text.split())
