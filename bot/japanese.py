"""Where the words of a Japanese sentence begin and end, and what they are.

A thin door to Sudachi (the analyser of WAP Tokushima, with its small dictionary). The
dictionary is a 110 MB file that is mapped into memory, so it is opened once a process: by
bot/gunicorn_conf.py, or by the first sentence that needs it. See decisions/0017.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import NamedTuple

from sudachipy import Dictionary, SplitMode, Tokenizer


class Word(NamedTuple):
    """A word of a text: text[start:end]. kind: its part of speech, "名詞", "助詞" ...

    lemma: the normal form of it, 「はだか」 -> 「裸」, 「描い」 -> 「描く」.
    """

    start: int
    end: int
    text: str
    kind: str
    lemma: str


_each_thread = threading.local()  # a tokenizer keeps the sentence that it is at


@cache
def _dictionary() -> Dictionary:
    return Dictionary(dict="small")


def words(text: str) -> list[Word]:
    """The words of the text, in order, the longest that the dictionary knows.

    The first call in a process takes some 60 ms, any other about 10 microseconds a sentence.
    """
    tokenizer: Tokenizer | None = getattr(_each_thread, "tokenizer", None)
    if tokenizer is None:
        tokenizer = _each_thread.tokenizer = _dictionary().tokenizer(mode=SplitMode.C)
    return [
        Word(it.begin(), it.end(), it.surface(), it.part_of_speech()[0], it.normalized_form())
        for it in tokenizer.tokenize(text)
    ]


_IN_A_NAME = {"名詞", "接頭辞", "接尾辞", "形状詞", "形容詞", "代名詞"}


def is_thing(text: str) -> bool:
    """Whether the text can name a thing: nouns with what describes them, 「赤いりんごの木」."""
    found = words(text)
    if not found or found[0].kind not in _IN_A_NAME or found[-1].kind not in {"名詞", "接尾辞"}:
        return False
    return all(it.kind in _IN_A_NAME or it.text in {"の", "な"} for it in found)


def splits_at(text: str, position: int) -> bool:
    """Whether a word begins at that position: 「人物|なし」 does, 「洋なし」 does not."""
    return any(it.start == position for it in words(text))
