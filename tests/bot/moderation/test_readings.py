"""Refused words are refused in kana alone, as children write, where no other word is read so."""

from __future__ import annotations

import pytest

from bot.moderation import ListChanges, get_lists, get_moderation
from tests.bot.prompt.examples import wrong_rows

JUDGE = get_moderation()
READINGS = get_lists().readings


def test_every_reading_is_refused_as_its_word_is() -> None:
    assert len(READINGS) > 100
    assert not wrong_rows(
        (kana, JUDGE.classify(kana), JUDGE.classify(word)) for kana, word in READINGS.items()
    )


def test_readings_are_found_in_sentences_and_in_katakana() -> None:
    """Where kana run into each other, the analyser parts some of them elsewhere."""
    katakana = {ord("ぁ") + at: ord("ァ") + at for at in range(0x56)}
    texts = [
        frame.format(spelling)
        for kana in READINGS
        for spelling in (kana, kana.translate(katakana))
        for frame in ("よるの{}", "{}のえ", "{}を描いて")
    ]
    refused = sum(JUDGE.classify(text) is not None for text in texts)
    assert refused / len(texts) > 0.9


@pytest.mark.parametrize(
    "text",
    ["じんしん", "しゃせいたいかい", "りんかんがっこう", "じゅうはちきんのゆびわ", "ラフがすき",
     "ねずみがてでかじるちーず", "うみであそびしたいいきたい", "ぼくさつまいもがすき",
     "えびにゅうめん", "かえりちかくのこうえん", "だんせいきょうし", "じょせいきしゃ",
     "コアラがぞうにのる"],
)  # fmt: skip
def test_what_is_only_read_alike_is_painted(text: str) -> None:
    assert JUDGE.classify(text) is None


def test_who_takes_a_word_from_the_lists_takes_its_reading() -> None:
    kana, word = "かくせいざい", "覚醒剤"
    category = JUDGE.classify(word)
    assert category is not None
    judge = get_moderation(changes=ListChanges(removed=((category, word),)))
    assert judge.classify(kana) is None
