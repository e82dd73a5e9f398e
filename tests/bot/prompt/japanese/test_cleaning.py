from __future__ import annotations

import pytest

from bot.line.events import Span
from bot.prompt import clean, remove_spans
from bot.prompt.japanese.cleaning import (
    has_symbols,
    has_words,
    strip_marks,
    strip_trailing_marks,
    without_last_emojis,
)
from tests.bot.prompt.examples import wrong_rows

CLEANED = [
    ("ﾈｺ　ＡＢＣ１２３", "ネコ ABC123"),
    ("か\u3099", "が"),
    ("赤いりんこ\u309b", "赤いりんご"),
    ("ﾘﾝｺ ﾞとハ\u3000\u309cン", "リンゴとパン"),
    ("りんこ\u200b \uff9eは \u309aん", "りんごぱん"),
    ("ヌート\u309c", "ヌード"),
    ("あ\u309b、か\u309b\u309bか\u3099\u309a", "あ、がが"),
    ("\u309bう\u309b", "ゔ"),
    ("猫\u3099", "猫"),
    ("夜\u200bの\u2066海\u2069\ufeff", "夜の海"),
    ("夜\u00adの\u200d海", "夜の海"),
    ("夜\x07の\x00海\ue000\ufffd", "夜の海"),
    ("一行目\r\n二行目\u2028三行目", "一行目 二行目 三行目"),
    ("葛\U000e0100城", "葛城"),
    ("👨‍👩‍👧 家族", "👨‍👩‍👧 家族"),
    ("❤️ と 1️⃣", "❤️ と 1️⃣"),
    ("猫\ufe0f", "猫"),
    ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴"),
]


def test_clean() -> None:
    assert not wrong_rows((text, clean(text), cleaned) for text, cleaned in CLEANED)


@pytest.mark.parametrize(
    ("spans", "left"),
    [
        ([], "a𩸽b"),
        ([Span(1, 2)], "a b"),
        ([Span(0, 4)], " "),
        ([Span(3, 99)], "a𩸽 "),
        ([Span(50, 5)], "a𩸽b "),
        ([Span(0, 1), Span(0, 3)], "  b"),
        ([Span(0, 3), Span(1, 1)], "  b"),
        ([Span(3, 1), Span(0, 1)], " 𩸽 "),
        ([Span(1, 1)], "a \ufffdb"),
    ],
)
def test_spans_count_utf16_units(spans: list[Span], left: str) -> None:
    assert remove_spans("a𩸽b", spans) == left


def test_marks_are_stripped() -> None:
    assert strip_marks("「まだー?🥺」ー") == "まだ"
    assert strip_marks("…") == ""
    assert strip_trailing_marks("(もう一度、!?〜ー 　") == "(もう一度"
    assert strip_trailing_marks("again.") == "again."
    assert strip_trailing_marks("again.", ".") == "again"


def test_letters_and_symbols_are_told_apart() -> None:
    assert has_words("猫🍎")
    assert has_words("4")
    assert not has_words("1️⃣🍎!")
    assert has_symbols("1️⃣")
    assert has_symbols("猫🍎")
    assert not has_symbols("猫!")


def test_emojis_after_words_are_left_away_and_others_are_kept() -> None:
    left = {
        "ビールが足りんがな🍺": "ビールが足りんがな",
        "右下かな🎉 🎄": "右下かな",
        "🐱かわいい": "🐱かわいい",
        "🍺🍻": "🍺🍻",
        "猫": "猫",
        "": "",
    }
    assert {text: without_last_emojis(text) for text in left} == left
