"""Morphological analysis: where the words of a Japanese sentence begin and end, and what they are.

Wraps Sudachi, the tokenizer of WAP Tokushima, with its small dictionary. The dictionary is a file
of 110 MB that is mapped into memory, so it is opened once a process: by a courier at its start, or
by the first sentence that needs it. See docs/decisions/0017.
"""

from __future__ import annotations

import re
import threading
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.prompt.japanese.kana import to_katakana

if TYPE_CHECKING:
    from sudachipy import Dictionary, Morpheme, Tokenizer


class Word(NamedTuple):
    """A word of a text, text[start:end].

    part_of_speech: in Sudachi's terms, "名詞", "助詞" ... lemma: the normalized form, 「はだか」 ->
    「裸」, 「描い」 -> 「描く」. detail: the part of speech, the class in it, and the inflection.
    """

    start: int
    end: int
    text: str
    part_of_speech: str
    lemma: str
    detail: str


_thread_local = threading.local()  # a tokenizer keeps the state of the sentence it works on
_IN_NOUN_PHRASE = {"名詞", "接頭辞", "接尾辞", "形状詞", "形容詞", "代名詞"}


_HONORIFIC = re.compile("(?:ちゃん|さん|くん|君|様|さま)$")
_KANA = re.compile("[ぁ-ゖァ-ヶー]+")
_INFLECTED = {"動詞", "形容詞", "形状詞"}
_HIRAGANA = re.compile("[ぁ-ゖー]{2,16}")
_LOAN_WORD = re.compile("[ぁ-ゖ]+[ーっゃゅょぁぃぅぇぉ][ぁ-ゖー]*")  # 「ろけっと」, in hiragana
_KANA_NOUNS = Path(__file__).with_name("kana_nouns.txt")
_MAX_NOUN_CHARS = 16  # of the nouns in that file


@cache
def _dictionary() -> Dictionary:
    from sudachipy import Dictionary  # `web` stores texts and reads none

    return Dictionary(dict="small")


@cache
def _kana_nouns() -> frozenset[str]:
    """Read the nouns in hiragana that end like a particle: 「みなと」, 「そで」, 「かば」."""
    return frozenset(_KANA_NOUNS.read_text(encoding="utf-8").split())


def tokenize(text: str) -> list[Word]:
    """Return the words of the text, in order, the longest that the dictionary knows.

    The first call in a process takes some 60 ms, any other about 10 microseconds a sentence.
    """
    return list(_words(text))


@lru_cache(maxsize=64)  # many readers ask for the same sentence
def _words(text: str) -> tuple[Word, ...]:
    return tuple(map(_word, analyze(text)))


def _word(token: Morpheme) -> Word:
    classes = token.part_of_speech()
    return Word(
        token.begin(),
        token.end(),
        token.surface(),
        classes[0],
        token.normalized_form(),
        f"{classes[0]} {classes[1]} {classes[5]}",
    )


def analyze(text: str) -> list[Morpheme]:
    """Return Sudachi's own morphemes of the text, with all that it knows of them."""
    tokenizer: Tokenizer | None = getattr(_thread_local, "tokenizer", None)
    if tokenizer is None:
        from sudachipy import SplitMode

        tokenizer = _thread_local.tokenizer = _dictionary().tokenizer(mode=SplitMode.C)
    return list(tokenizer.tokenize(text))


def nouns_of(text: str) -> list[Word]:
    """Return the nouns of a text, in their order."""
    return [word for word in tokenize(text) if word.part_of_speech == "名詞"]


def is_noun_phrase(text: str) -> bool:
    """Return whether the text can name a thing: nouns and their adjectives, 「赤いりんごの木」."""
    words = tokenize(text)
    if not words or words[0].part_of_speech not in _IN_NOUN_PHRASE:
        return False
    if words[-1].part_of_speech not in {"名詞", "接尾辞"}:
        return False
    return all(
        word.part_of_speech in _IN_NOUN_PHRASE or word.text in {"の", "な"} for word in words
    )


def ends_in_particle(text: str, particle: str) -> bool:
    """Return whether the particle at the end of the text is one: 「猫|と」 is, 「みなと」 is not.

    The analyser takes nouns in hiragana apart, so a list of the nouns that end like a particle is
    asked, too. text: at most a sentence.
    """
    text = text[-4 * _MAX_NOUN_CHARS :]
    words = tokenize(text)
    if not words or ends_in_noun(text, len(particle)):
        return False
    # 「あかいと」: the adjective took the い of 糸, for no thing is called 「あかい」.
    if particle == "と" and len(words) > 1 and words[-2].part_of_speech == "形容詞":
        return False
    return words[-1].text == particle and words[-1].part_of_speech in {"助詞", "助動詞", "接続詞"}


def ends_in_noun(text: str, length: int) -> bool:
    """Return whether the last `length` characters belong to a noun that begins before them.

    A longer noun that ends right before them is the one that is meant: 「ひこうき|って」 has no
    「きって」.
    """
    text = text[-4 * _MAX_NOUN_CHARS :]
    inside = len(text) - length
    starts = [word.start for word in tokenize(text) if word.start < inside]
    whole = next((start for start in starts if _is_noun(text[start:])), None)
    if whole is None:
        return False
    return not any(_is_noun(text[start:inside]) for start in starts if start < whole)


def names_with(text: str, ending: str) -> bool:
    """Return whether the noun at the end of a text ends in these letters: 「白いまんが」.

    It has to be all of the text, or to stand apart: 「しょうぼうしゃが」 has no 「しゃが」.
    """
    text = text[-4 * _MAX_NOUN_CHARS :]
    inside, words = len(text) - len(ending), tokenize(text)
    if ending == "が" and _is_in_dictionary(text[:-1], proper=False):
        return False  # 「しょうが」 may be a prize
    if inside > 0 and _is_noun(text) and (ending != "が" or len(words) == 1):
        return text.endswith(ending)
    return any(
        word.part_of_speech == "名詞" and word.start < inside and _is_noun(text[word.start :])
        for before, word in pairwise(words)
        if (before.text == "の" and ending != "が")
        or (before.part_of_speech == "形容詞" and before.text.endswith("い"))
        or not _KANA.fullmatch(before.text)
    )


def joins_noun(text: str) -> bool:
    """Return whether the 「で」 at the end of a text follows a noun: 「わたがし|で」.

    It does not in 「遊んで」, 「夜まで」 and 「ひので」. Of nouns in hiragana that no dictionary
    has it is told by what no verb ends in.
    """
    text = text[-4 * _MAX_NOUN_CHARS :]
    words, stem = tokenize(text), text[:-1]
    if len(words) < 2 or names_with(text, "で"):
        return False
    *_, before, last = words
    noun = next((word.start for word in words if _is_noun(stem[word.start :])), len(text))
    if last.text != "で" or (before.part_of_speech == "動詞" and stem[-1] in "んい"):
        particle = last if last.text != "で" else before
        return noun < particle.start or (
            last.text == "んで" and _HIRAGANA.fullmatch(stem) is not None
        )
    if noun < last.start or before.part_of_speech in {"名詞", "接尾辞"}:
        return True
    if _HIRAGANA.fullmatch(stem) is None or before.part_of_speech in _INFLECTED:
        return False
    return stem[-1] not in "まのなけくてにい"


def joins_rather(text: str, particle: str) -> bool:
    """Return whether a particle that may be the end of a rare noun follows a common one.

    「くもで」 is a cloud in 「くもでお願いします」, for nobody writes 蜘蛛手 in hiragana: only the
    list has it. 「ふで」 and 「ひとで」 are words of the dictionary, and stay; so does 「ひので」,
    of which 「ひの」 is but a name.
    """
    text = text[-4 * _MAX_NOUN_CHARS :]
    stem = text.removesuffix(particle)
    starts = [word.start for word in tokenize(text) if word.start < len(stem)]
    if any(_is_in_dictionary(text[start:]) for start in starts):
        return False
    rare = next((start for start in starts if _is_noun(text[start:])), len(text))
    return any(_is_in_dictionary(stem[start:], proper=False) for start in starts if start <= rare)


@lru_cache(maxsize=256)
def _is_noun(text: str) -> bool:
    if text in _kana_nouns() or _is_in_dictionary(text):
        return True
    return _LOAN_WORD.fullmatch(text) is not None and _is_in_dictionary(to_katakana(text))


@lru_cache(maxsize=256)
def _is_in_dictionary(noun: str, *, proper: bool = True) -> bool:
    return any(
        word.part_of_speech()[0] in {"名詞", "代名詞"}
        and (proper or word.part_of_speech()[1] != "固有名詞")
        for word in _dictionary().lookup(noun)
    )


def spelled_in(text: str, noun: str) -> str:
    """Return the noun as the text spells it: 「ねこ」 is 「猫」 in 「白い猫」.

    Returns the noun itself if the text has no word that is read alike.
    """
    if not noun or noun in text:
        return noun
    reading = reading_of(_HONORIFIC.sub("", noun) or noun)
    return next(
        (
            morpheme.surface()
            for morpheme in analyze(text)
            if morpheme.part_of_speech()[0] == "名詞" and reading_of(morpheme.surface()) == reading
        ),
        noun,
    )


@lru_cache(maxsize=256)
def reading_of(words: str) -> str:
    """Return words in katakana, as they are read; those in kana as they are written."""
    if _KANA.fullmatch(words):
        return to_katakana(words)
    return "".join(morpheme.reading_form() for morpheme in analyze(words))


def is_word_start(text: str, position: int) -> bool:
    """Return whether a word begins at that position: 「人物|なし」 does, 「洋なし」 does not."""
    return any(word.start == position for word in tokenize(text))
