"""Cleans what a person typed: invisible characters, spans of LINE, marks at the ends."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.line.events import Span


MAX_PROMPT = 1_000  # characters after cleaning; far more than the 77 tokens a model can read

PICTOGRAPH = (  # roughly the characters of which emojis are made
    "\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff"
)
_EMOJI_JOINER = re.compile(rf"(?<=[{PICTOGRAPH}\ufe0f])\u200d(?=[{PICTOGRAPH}])")
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_STRAY_SELECTOR = re.compile(
    rf"[\ufe00-\ufe0e\U000e0100-\U000e01ef]|(?<![{PICTOGRAPH}])\ufe0f(?!\u20e3)"
)
_SOUND_MARKS = str.maketrans(
    dict.fromkeys("\u309b\uff9e", "\u3099") | dict.fromkeys("\u309c\uff9f", "\u309a")
)
_BLANK_BEFORE_MARK = re.compile("[ \u3000](?=[\u3099\u309a])")
_KANJI_BEFORE_MARK = re.compile("[力夕卜八千匕](?=[\u3099\u309a])")  # typed for カ, タ, ト ...
_KANJI_AS_KATAKANA = str.maketrans("力夕卜八千匕", "カタトハチヒ")
_WRONG_MARK = re.compile(
    "(?<=[かきくけこさしすせそたちつてとカキクケコサシスセソタチツテト])\u309a"
)
_LOOSE_MARK = re.compile("[\u3099\u309a]")
_WORD_CHARACTER = re.compile(r"[^\W_]")
_PLAIN = re.compile("[ -~ぁ-ゖァ-ヺー一-鿿々、。「」]*+")  # characters of which nothing is cleaned
_BLANK_LETTERS = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")  # letters that show nothing
WHITESPACE = " \t\n\r\u3000"
TRAILING_MARKS = f"{WHITESPACE}。、!?！？〜~ー"


def remove_spans(text: str, *groups: Iterable[Span]) -> str:
    """Return the text with a blank in place of each span (mentions, LINE emojis).

    Spans count UTF-16 code units. Spans beyond the text, overlapping ones, and halves of a
    surrogate pair do no harm.
    https://developers.line.biz/en/docs/messaging-api/text-character-count/
    """
    units = text.encode("utf-16-le", "surrogatepass")
    edges = sorted((span.index, span.index + span.length) for group in groups for span in group)
    kept, position = [], 0
    for start, end in edges:
        kept.append(units[2 * position : 2 * max(position, start)])
        position = max(position, end)
    kept.append(units[2 * position :])
    return " ".encode("utf-16-le").join(kept).decode("utf-16-le", "replace")


def clean(text: str) -> str:
    """Return the text in NFKC, without invisible characters, white space collapsed and trimmed.

    The joiner and the colour selector inside an emoji stay: without them one emoji becomes several.
    """
    if _PLAIN.fullmatch(text) and len(text) <= MAX_PROMPT:
        return " ".join(text.split())
    return _clean(text)


@lru_cache(maxsize=16)  # each reader of a message cleans it
def _clean(text: str) -> str:
    text = " ".join("".join(visible(_BLANK_LETTERS.sub(" ", text))).split())
    text = text[: 5 * MAX_PROMPT]  # too long anyway, and NFKC makes up to 18 characters of one
    text = join_sound_marks(text)[: 5 * MAX_PROMPT]
    return " ".join(_STRAY_SELECTOR.sub("", text).split())


def join_sound_marks(text: str) -> str:
    """Return the text in NFKC, each voiced or semi-voiced mark joined to its kana.

    A mark may be typed alone, 「ト゛」, in any width, after one blank, or after a kanji that looks
    like a kana. One that its kana cannot take is the other one, 「タ゜」 → 「ダ」, or is left out,
    「あ゛」 → 「あ」.
    """
    text = _BLANK_BEFORE_MARK.sub("", text.translate(_SOUND_MARKS))
    text = _KANJI_BEFORE_MARK.sub(lambda kanji: kanji[0].translate(_KANJI_AS_KATAKANA), text)
    text = _WRONG_MARK.sub("\u3099", unicodedata.normalize("NFKC", text))
    return _LOOSE_MARK.sub("", unicodedata.normalize("NFC", text))


def visible(text: str) -> Iterable[str]:
    """Yield what is seen of each character of a text; the joiner inside an emoji stays."""
    joiners = {match.start() for match in _EMOJI_JOINER.finditer(text)}
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
    """Return whether there is a letter or a digit that is no part of an emoji."""
    return any(unicodedata.category(char)[0] in "LN" for char in _KEYCAP.sub("", text))


def has_symbols(text: str) -> bool:
    """Return whether there is an emoji or another picture sign."""
    return bool(_KEYCAP.search(text)) or any(unicodedata.category(char) == "So" for char in text)


def strip_marks(text: str) -> str:
    """Return the text without marks and emojis around it, or a long vowel at its end."""
    start, end = 0, len(text)
    while start < end and not _is_word(text[start]):
        start += 1
    while end > start and (text[end - 1] == "ー" or not _is_word(text[end - 1])):
        end -= 1
    return text[start:end]


def _is_word(character: str) -> bool:
    return _WORD_CHARACTER.match(character) is not None


def without_last_emojis(text: str) -> str:
    """Return a text without the emojis at its end; one of nothing else is returned as it is."""
    end = len(text)
    while end and (text[end - 1] in "\ufe0f\u200d " or _is_symbol(text[end - 1])):
        end -= 1
    return text[:end] if has_words(text[:end]) else text


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character) in {"So", "Sk"}


def strip_trailing_marks(text: str, marks: str = TRAILING_MARKS) -> str:
    """Return the text without these marks at its end."""
    return text.rstrip(marks)


def strip_endings(text: str, endings: tuple[str, ...]) -> str:
    """Return the text without these endings, however many follow one another.

    Of endings that end alike the first of the tuple is taken, so the longest comes first.
    """
    while ending := next((ending for ending in endings if text.endswith(ending)), ""):
        text = text[: -len(ending)]
    return text
