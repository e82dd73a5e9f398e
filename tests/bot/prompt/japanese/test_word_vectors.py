"""The vectors of words, and the script that makes them."""

from __future__ import annotations

import numpy as np

from bot.prompt.japanese.word_vectors import SIZE, VECTORS_FILE, load_vectors, vectors_of
from scripts.word_vectors import spacy_hash

MAX_BYTES = 2_000_000


def likeness(first: str, second: str) -> float:
    """Return the cosine of the vectors of two words."""
    vectors = vectors_of([first, second])
    assert vectors.shape == (2, SIZE), (first, second)
    return float(vectors[0] @ vectors[1])


def test_words_are_like_their_neighbours() -> None:
    wrong = [
        (word, like, unlike)
        for word, like, unlike in (
            ("犬", "猫", "料金"),
            ("帽子", "眼鏡", "印刷"),
            ("赤", "青", "削除"),
            ("料金", "値段", "向日葵"),
            ("明るい", "暗い", "犬"),
            ("消す", "消去", "桜"),
        )
        if likeness(word, like) <= likeness(word, unlike)
    ]
    assert wrong == []


def test_each_vector_is_of_length_one() -> None:
    vectors = load_vectors()
    lengths = np.linalg.norm(vectors.table * vectors.scale, axis=1)
    assert np.abs(lengths - 1).max() < 0.05


def test_unknown_words_have_none() -> None:
    assert vectors_of([]).shape == (0, SIZE)
    assert vectors_of(["ふにゃらぽんず", "\U0001f34e", ""]).shape == (0, SIZE)
    assert vectors_of(["ふにゃらぽんず", "犬"]).shape == (1, SIZE)


def test_the_file_is_small() -> None:
    assert VECTORS_FILE.stat().st_size < MAX_BYTES


def test_spacys_hash() -> None:
    """https://spacy.io/usage/spacy-101#vocab has the number."""
    assert spacy_hash("coffee") == 3197928453018144401
