"""The features of a message: n-grams of its characters, its morphemes, the situation, and what its
words are like.

Each but the last is a name; its CRC-32 is its number, so that no list of names has to be kept.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.intent.situation import Situation
from bot.prompt.japanese import morphology
from bot.prompt.japanese.kana import to_hiragana
from bot.prompt.japanese.word_vectors import SIZE, vectors_of

WHOLE_PLACE = 0  # of the feature that is the whole text
MAX_CHARS = 120  # of a text that are looked at: its beginning and its end
MEANING_SIZE = 2 * SIZE
_MEANING_WEIGHT = 0.3  # beside the other features: found by cross-validation
_SPACE_BITS = 20
_REPEATED = re.compile(r"(.)\1{2,}")
_DIGITS = re.compile(r"\d+")
_MARKS = re.compile(r"[\s、。,.!?！？〜~…・♪☆★「」『』()（）]+")
_CONTENT = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "感動詞"})


class Word(NamedTuple):
    """A morpheme. lemma: its normalized form. coarse: 「名詞」; fine: with the class within and the
    inflection."""

    text: str
    lemma: str
    coarse: str
    fine: str


def feature_numbers(text: str, situation: Situation, is_talk: Callable[[int], bool]) -> list[int]:
    """Return the numbers of a message's features, each once, in a steady order.

    text: cleaned (bot.prompt.clean). is_talk: whether the word with this number is one of those
    that people use with the bot when they want no picture. Never raises.
    """
    text = fold_text(text)
    words = words_of(text)
    names = chain(_names(text, words, situation), _novelty(words, is_talk))
    return list(dict.fromkeys(map(number_of, names)))


def content_numbers(text: str) -> set[int]:
    """Return the numbers of the words of a cleaned text that are no particles and the like."""
    return {number_of(word.lemma) for word in words_of(fold_text(text)) if word.coarse in _CONTENT}


def meaning_of(words: Sequence[Word]) -> NDArray[np.float32]:
    """Return what words are like, (MEANING_SIZE,): all that are no particles together, and the last
    of them. Zeros for words without a vector."""
    vectors = vectors_of(word.lemma for word in words if word.coarse in _CONTENT)
    if not len(vectors):
        return np.zeros(MEANING_SIZE, dtype=np.float32)
    joined = np.concatenate([vectors.sum(axis=0) / len(vectors) ** 0.5, vectors[-1]])
    meaning: NDArray[np.float32] = (joined * _MEANING_WEIGHT).astype(np.float32)
    return meaning


def number_of(name: str) -> int:
    """Return the number of the feature with this name."""
    return zlib.crc32(name.encode()) & ((1 << _SPACE_BITS) - 1)


@lru_cache(maxsize=16)  # of intent, of harm in words and in photos
def words_of(text: str) -> tuple[Word, ...]:
    """Return the morphemes of a text that are no marks."""
    return tuple(
        Word(word.text, word.lemma, word.part_of_speech, word.detail)
        for word in morphology.tokenize(text)
        if not _MARKS.fullmatch(word.text)
    )


def fold_text(text: str) -> str:
    """Return a cleaned text in small letters, at most MAX_CHARS long, without runs of letters."""
    text = _REPEATED.sub(r"\1\1", text.casefold())
    if len(text) > MAX_CHARS:
        text = f"{text[: MAX_CHARS // 2]} {text[-MAX_CHARS // 2 :]}"
    return text.encode("utf-8", "ignore").decode()


def _novelty(words: Sequence[Word], is_talk: Callable[[int], bool]) -> Iterator[str]:
    """Tell how many words are none of talk: what people want painted may be anything."""
    content = [word for word in words if word.coarse in _CONTENT]
    is_novel = [not is_talk(number_of(word.lemma)) for word in content]
    novel = sum(is_novel)
    nouns = sum(new and word.coarse == "名詞" for new, word in zip(is_novel, content, strict=True))
    yield f"novel {min(novel, 4)} of {min(len(content), 4)}"
    yield f"novel nouns {min(nouns, 3)}"
    yield f"talked {min(len(content) - novel, 4)}"
    if content and content[-1] is words[-1]:
        yield f"last novel {is_novel[-1]} {words[-1].fine}"
        yield f"last novel {is_novel[-1]} of {min(len(words), 6)}"
    elif content:
        yield f"then novel {is_novel[-1]} {words[-1].lemma}"
    if content:
        yield f"first novel {is_novel[0]}"


def _names(text: str, words: Sequence[Word], situation: Situation) -> Iterator[str]:
    folded = to_hiragana(text)
    plain = _MARKS.sub("", _DIGITS.sub("0", folded))
    yield f"all {plain[:30]}"
    yield from character_grams(f"^{plain}$")
    for length in (2, 3, 5, 6, 7):
        yield f"end {plain[-length:]}"
    for length in (2, 3, 5):
        yield f"begin {plain[:length]}"
    yield f"length {min(len(plain), 4) if len(plain) < 5 else 5 + min(len(plain), 60) // 8}"
    for mark in "?!w、":
        if mark in text:
            yield f"has {mark}"
    yield from _morphemes(words)
    yield from _in_situation(plain, words, situation)


def character_grams(text: str) -> Iterator[str]:
    """Yield the n-grams of one to four characters."""
    for length in (1, 2, 3, 4):
        for start in range(len(text) - length + 1):
            yield text[start : start + length]


def _morphemes(words: Sequence[Word]) -> Iterator[str]:
    classes = [word.coarse for word in words]
    fine = [word.fine for word in words]
    lemmas = [word.lemma for word in words]
    for lemma in lemmas:
        yield f"lemma {lemma}"
    for first, second in zip(["^", *lemmas], [*lemmas, "$"], strict=True):
        yield f"lemmas {first} {second}"
    for first, second in zip(["^", *fine], [*fine, "$"], strict=True):
        yield f"classes {first} {second}"
    for length in (1, 2, 3):
        yield f"last classes {' '.join(fine[-length:])}"
        yield f"last lemmas {' '.join(lemmas[-length:])}"
        yield f"last mixed {' '.join(fine[-length:-1])} {' '.join(lemmas[-1:])}"
    yield f"shape {' '.join(classes) if len(classes) < 6 else 'long'}"


def _in_situation(plain: str, words: Sequence[Word], situation: Situation) -> Iterator[str]:
    last = words[-1] if words else None
    for name, holds in (
        ("group", situation.in_group),
        ("reply", situation.is_reply),
        ("picture", situation.has_picture),
        ("photo", situation.photo_asked),
        ("asked", situation.is_asked),
    ):
        if not holds:
            continue
        yield f"in {name}"
        if last is not None:
            yield f"in {name} {last.coarse}"
            yield f"in {name} {last.text}"
            yield f"in {name} {words[0].coarse} {last.coarse}"
        yield f"in {name} length {min(len(plain) // 3, 6)}"
