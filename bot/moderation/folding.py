"""One spelling for all the ways to write a word: case, kana, width, marks put between, digits.

Folded text is for finding only. Each of its characters remembers where it came from.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from bot.prompt import clean

_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_SMALL = str.maketrans("ぁぃぅぇぉゃゅょゎっ", "あいうえおやゆよわつ")
_LEET = str.maketrans("013457@$!", "oieastasi")
_LEET_WORD = re.compile(r"(?<![a-z0-9@$!])(?=[a-z0-9@$!]*[a-z])[a-z0-9@$!]{3,}(?![a-z0-9@$!])")
_LOOKALIKE = str.maketrans("〜~―○●◯", "ーーーooo")


class Folded(NamedTuple):
    """text: folded, without the marks; places: for each of its characters, where in the original.

    Marks, blanks and emojis are left out, and a vowel that is prolonged twice is prolonged once.
    """

    original: str
    text: str
    places: list[int]


def fold(text: str) -> Folded:
    """The folded form of a text. original: the text as `bot.prompt.clean` leaves it."""
    original = clean(text)
    letters = original.lower().translate(_LOOKALIKE)
    if len(letters) != len(original):  # a capital that becomes two small letters, as in Turkish
        original = letters
    letters = _LEET_WORD.sub(lambda word: word[0].translate(_LEET), letters)
    letters = fold_letters(letters)
    kept: list[tuple[str, int]] = []
    for place, it in enumerate(letters):
        if unicodedata.category(it)[0] in "LN" and not (it == "ー" and kept and kept[-1][0] == it):
            kept.append((it, place))
    return Folded(original, "".join(it for it, _ in kept), [place for _, place in kept])


def fold_letters(text: str) -> str:
    """The text in small letters and hiragana, marks and all."""
    return text.lower().translate(_KATAKANA).translate(_SMALL)


@lru_cache(maxsize=16384)  # when an operator changes one word, all others are as they were
def fold_word(word: str) -> str:
    """A word of a list, folded as a text is."""
    return fold(word).text
