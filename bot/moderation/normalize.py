"""Folds all spellings of a word into one: case, kana, width, inserted marks, digits for letters.

Folded text is for matching only. Each of its characters keeps its position in the original.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from bot.prompt import clean
from bot.prompt.japanese.kana import to_hiragana

_SMALL_KANA = str.maketrans("ぁぃぅぇぉゃゅょゎっ", "あいうえおやゆよわつ")
_LEET = str.maketrans("013457@$!", "oieastasi")
_LEET_WORD = re.compile(r"(?<![a-z0-9@$!])(?=[a-z0-9@$!]*[a-z])[a-z0-9@$!]{3,}(?![a-z0-9@$!])")
_PLAIN = re.compile("[ぁ-ゖァ-ヺー一-鿿々A-Za-z]*+")  # letters, whatever stands beside them
_BARS = re.compile("ーー++")
_RUN = re.compile(r"(.)\1*+")
_REPEATED = re.compile(r"(.)\1")
_LOOSE_ENOUGH = re.compile("[ぁ-んー]{3,12}|[a-z]{4,12}")
_LOOKALIKE = str.maketrans("〜~―○●◯", "ーーーooo")


class FoldedText(NamedTuple):
    """A folded text. positions: for each of its characters, the index in the original.

    Marks, blanks and emojis are left out, and a vowel that is prolonged twice is prolonged once.
    """

    original: str
    text: str
    positions: list[int]


@lru_cache(maxsize=16)  # each reader of a message folds it
def fold(text: str) -> FoldedText:
    """Fold a text. The original of the result is the text as `bot.prompt.clean` leaves it."""
    original = clean(text)
    letters = original.lower().translate(_LOOKALIKE)
    if len(letters) != len(original):  # a capital that becomes two small letters, as in Turkish
        original = letters
    letters = _LEET_WORD.sub(lambda word: word[0].translate(_LEET), letters)
    letters = fold_letters(letters)
    kept: list[tuple[str, int]] = []
    for position, letter in enumerate(letters):
        repeated_bar = letter == "ー" and kept and kept[-1][0] == letter
        if unicodedata.category(letter)[0] in "LN" and not repeated_bar:
            kept.append((letter, position))
    folded = "".join(letter for letter, _ in kept)
    return FoldedText(original, folded, [position for _, position in kept])


def fold_phrase(phrase: str) -> str:
    """Return the text that `fold` makes of a few words; quick where they are Japanese."""
    if _PLAIN.fullmatch(phrase):
        return _BARS.sub("ー", fold_letters(phrase))
    return fold(phrase).text


def fold_letters(text: str) -> str:
    """Return the text in small letters and hiragana, with its marks."""
    return to_hiragana(text.lower()).translate(_SMALL_KANA)


def loosen(folded: FoldedText, *, keep_bars: bool) -> FoldedText:
    """Return a folded text without repeated letters and, unless kept, long marks: 「おっぱーい」.

    A Latin letter or a hiragana counts as repeated when it stands thrice, a katakana when twice.
    """
    kept: list[tuple[str, int]] = []
    for run in _RUN.finditer(folded.text):
        letter, positions = run[1], folded.positions[run.start() : run.end()]
        if letter == "ー" and not keep_bars:
            continue
        is_katakana = "ァ" <= folded.original[positions[0]] <= "ヺ" or letter == "つ"
        most = 1 if len(positions) > (1 if is_katakana else 2) else 2
        kept.extend((letter, position) for position in positions[:most])
    text = "".join(letter for letter, _ in kept)
    return FoldedText(folded.original, text, [position for _, position in kept])


def loosen_word(folded: str, *, keep_bars: bool) -> str | None:
    """Return a folded word as `loosen` does. None: it is too short to be told from others so."""
    loose = folded if keep_bars else folded.replace("ー", "")
    if _REPEATED.search(loose) or not _LOOSE_ENOUGH.fullmatch(loose):
        return None
    return loose


@lru_cache(maxsize=16384)  # when an operator changes one word, all others are as they were
def fold_word(word: str) -> str:
    """Fold a word of a list as a text is folded."""
    return fold(word).text
