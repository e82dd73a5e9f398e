"""Words about a picture: what they change, and when they are a wish of their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompt import MAX_PROMPT, clean, read
from bot.prompt.changes import apply, change, may_change, parse

CHANGES = [
    ("朝の富士山、浮世絵風", "さっきのを夜にして", "夜の富士山、浮世絵風"),
    ("夏の海", "冬にして", "冬の海"),
    ("暗い部屋", "明るくして", "明るい部屋"),
    ("猫", "もっと明るく", "猫、明るい"),
    ("猫、明るい", "もっと明るくして", "猫、とても明るい"),
    ("猫", "もう少しかわいい感じに", "猫、かわいい"),
    ("猫", "静かな感じにして", "猫、静か"),
    ("猫", "さっきの絵、もっと暗く", "猫、暗い"),
    ("猫", "猫をもっと大きく", "大きい猫"),
    ("青い目の猫", "猫を犬に変えて", "青い目の犬"),
    ("猫", "さっきの猫を犬にして", "犬"),
    ("走る車", "車を赤に", "走る赤い車"),
    ("白い猫", "猫を黒にして", "黒い猫"),
    ("猫", "背景を青に", "猫、青い背景"),
    ("猫、青い背景", "背景を赤にしてください", "猫、赤い背景"),
    ("猫", "この絵の背景を森に変えてほしい", "猫、森の背景"),
    ("女の子", "髪を短くして", "女の子、短い髪"),
    ("猫", "これを水彩画に", "猫、水彩風"),
    ("夜の富士山、浮世絵風", "油絵風にしてください", "夜の富士山、油絵風"),
    ("富士山", "富士山を浮世絵風にして", "富士山、浮世絵風"),
    ("猫", "月を追加して", "猫、月"),
    ("猫", "帽子をかぶせて", "猫、帽子"),
    ("猫、月", "月を消して", "猫"),
    ("猫", "夜にして、横長で", "猫、夜"),
]


@pytest.mark.parametrize(("before", "text", "after"), CHANGES)
def test_what_it_changes(before: str, text: str, after: str) -> None:
    wanted = change(clean(text))
    assert wanted is not None
    assert may_change(clean(text))
    assert wanted.refers or wanted.fits(before)
    assert apply(wanted, read(before)).prompt == after


@pytest.mark.parametrize(
    "text",
    [
        *("赤いりんご", "夜の街", "海に沈む夕日", "この世の終わり", "今の東京", "前の席の犬"),
        *("犬の絵にして", "これからの街", "それぞれの道", "夜の富士山、浮世絵風 4枚", "もっと"),
    ],
)
def test_wishes_are_no_changes(text: str) -> None:
    assert change(clean(text)) is None


def test_what_is_said_of_something_that_is_not_there() -> None:
    wanted = change("富士山を浮世絵風に")
    assert wanted is not None
    assert not wanted.fits("猫")
    assert wanted.fits("夜の富士山")


def test_what_else_is_asked_for_goes_with_it() -> None:
    wanted = change("横長で、4枚、人物なし、シード5、丁寧に")
    assert wanted is not None
    new = apply(wanted, read("猫と犬なし、人物"))
    assert (new.width, new.count, new.seed, new.effort) == (768, 4, 5, "careful")
    assert "人物" in new.negative
    kept = apply(parse("夜"), read("猫、縦長、3枚、シード9、文字なし"))
    assert (kept.height, kept.count, kept.seed, kept.negative) == (768, 3, 9, "文字")


def test_what_is_taken_away_may_come_back() -> None:
    gone = apply(parse("月を消して"), read("猫"))
    assert gone.negative == "月"
    back = apply(parse("月を追加して"), gone)
    assert (back.prompt, back.negative) == ("猫、月", "")


def test_a_prompt_that_grows_too_long_is_told() -> None:
    old = read("猫" * (MAX_PROMPT - 2))
    assert apply(parse("赤い帽子"), old).problem == "too_long"


@given(st.text(max_size=40), st.sampled_from([it[0] for it in CHANGES]))
def test_whatever_is_said_it_never_raises_nor_loses_the_prompt(text: str, before: str) -> None:
    new = apply(parse(clean(text)), read(before))
    assert new.prompt


@given(st.lists(st.sampled_from([it[1] for it in CHANGES]), max_size=6))
def test_changes_upon_changes_leave_a_prompt(texts: list[str]) -> None:
    reading = read("猫と月")
    for text in texts:
        reading = apply(parse(clean(text)), reading)
        assert reading.prompt
        assert reading.problem is None
        assert "、、" not in reading.prompt
