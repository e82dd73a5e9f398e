"""A short turn of `make fuzz`: what it sends is what it says, and nothing raises."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from benchmarks.fuzz_texts import (
    LINE_MAX_CHARS,
    STAND_INS,
    fuzz_photos,
    fuzz_texts,
    hostile_texts,
)

SEED = 29


def test_the_texts_are_the_same_for_a_seed_and_of_every_kind() -> None:
    texts = list(islice(hostile_texts(random.Random(SEED)), 400))
    assert texts == list(islice(hostile_texts(random.Random(SEED)), 400))
    assert max(map(len, texts)) == LINE_MAX_CHARS
    assert any(len(text) == 1 and "ぁ" <= text <= "ん" for text in texts)
    assert any(
        text and all(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in text) for text in texts
    )


@pytest.mark.slow
def test_hostile_texts_are_answered_and_bad_decoders_refused() -> None:
    assert fuzz_texts(SEED, 150, 60.0)
    assert fuzz_photos(SEED, len(STAND_INS), 60.0)
