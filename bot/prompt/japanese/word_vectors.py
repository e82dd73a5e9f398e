"""What words are like: a vector for each of some 80,000 common ones, so that one that no sentence
was trained with is read as its neighbours are.

word_vectors.npz is made by `python -m scripts.word_vectors` from chiVe's vectors
(https://github.com/WorksApplications/chiVe, Apache-2.0) as ja_ginza packs them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

VECTORS_FILE = Path(__file__).with_name("word_vectors.npz")
SIZE = 64
"""Of a vector."""


class WordVectors(NamedTuple):
    """numbers: of the words, ascending, uint32. rows: of `table`, which has one row for words that
    are nearly alike: signed bytes, (rows, SIZE); times scale each row has length 1."""

    numbers: NDArray[np.uint32]
    rows: NDArray[np.uint16]
    table: NDArray[np.int8]
    scale: np.float32


def vectors_of(lemmas: Iterable[str]) -> NDArray[np.float32]:
    """Return the vectors, (known words, SIZE), of those of these normalized forms that have one."""
    vectors = load_vectors()
    numbers = np.fromiter(map(word_number, lemmas), dtype=np.uint32)
    if not numbers.size:
        return np.zeros((0, SIZE), dtype=np.float32)
    places = np.searchsorted(vectors.numbers, numbers)
    places[places == vectors.numbers.size] = 0
    places = places[vectors.numbers[places] == numbers]
    chosen: NDArray[np.float32] = vectors.table[vectors.rows[places]] * vectors.scale
    return chosen


def word_number(lemma: str) -> int:
    """Return the number of a word: its CRC-32."""
    return zlib.crc32(lemma.encode())


@cache
def load_vectors() -> WordVectors:
    """Read word_vectors.npz, once a process: 2 MB in memory."""
    with np.load(VECTORS_FILE, allow_pickle=False) as stored:
        return WordVectors(
            stored["numbers"], stored["rows"], stored["table"], np.float32(stored["scale"])
        )
