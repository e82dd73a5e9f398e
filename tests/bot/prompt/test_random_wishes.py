from __future__ import annotations

import pytest

from tests.bot.prompt.random_wishes import SEED, read_otherwise


@pytest.mark.slow
def test_random_wishes_are_said_back_in_words_that_read_the_same() -> None:
    """`python -m tests.bot.prompt.random_wishes` does the same with 20,000."""
    wrong = [(wish, sentence) for wish, sentence, *_ in read_otherwise(SEED, 2_000)]
    assert not wrong
