"""What is said in English about pictures, in the words that the reader knows."""

from __future__ import annotations

import pytest

from bot.prompt import Purpose, clean, read
from bot.prompt.translation.english import is_order_to_draw, to_japanese
from tests.bot.prompt.examples import wrong_rows

CHANGES = {
    "make it night": "夜にして",
    "2 more": "あと2枚",
    "two more please": "あと2枚",
    "two more, please!": "あと2枚",
    "can I have 3 more?": "あと3枚",
    "give me another 4": "あと4枚",
    "2 more like this": "あと2枚",
    "three others": "あと3枚",
    "a couple more": "あと2枚",
    "a few more of these, thanks": "あと3枚",
    "no people": "人なし",
    "how much is it?": "これは無料ですか",
    "the top left one": "左上の",
    "bottom right": "右下の",
    "number 3": "3番",
    "the last one": "最後の",
    "undo": "元に戻して",
    "bigger": "大きくして",
    "darker please": "暗くして",
    "make it again please": "もう一度",
    "Could you paint that once more?": "もう一度",
    "do it over": "もう一度",
    "redraw it": "もう一度",
    "as a watercolour": "水彩画で",
    "make it an oil painting": "油絵で",
    "make the sky red": "空を赤にして",
    "could you make the moon bigger": "月を大きくして",
    "change the background to a beach": "背景を砂浜にして",
    "add a dog": "犬を追加して",
    "winter version": "冬バージョン",
    "different colors": "色違いで",
    "landscape": "横長で",
    "make it night, wide": "夜にして、横長で",
}
WISHES = {
    "draw a cat": "a cat",
    "a red apple, 2 pictures, wide": "a red apple",
    "two pictures of a dog": "a dog",
    "a cat for my icon": "a cat",
    "a house at night": "a house at night",
    "a cat, with a hat, no people": "a cat、with a hat",
    "夜の富士山": "夜の富士山",
    "cancel": "cancel",
    "two more dogs": "two more dogs",
    "another three little pigs": "another three little pigs",
    "over the rainbow": "over the rainbow",
}


def test_what_changes_a_picture_is_put_into_japanese() -> None:
    assert not wrong_rows((text, to_japanese(text), expected) for text, expected in CHANGES.items())


def test_what_is_to_be_painted_stays() -> None:
    readings = [(text, read(to_japanese(text)), expected) for text, expected in WISHES.items()]
    assert not wrong_rows((text, got.prompt, expected) for text, got, expected in readings)
    assert read(to_japanese("a cat for my icon")).purpose is Purpose.ICON
    assert read(to_japanese("ten pictures of a cat")).capped


@pytest.mark.parametrize("text", ["winter", "snow", "orange"])
def test_a_word_alone_is_a_wish_where_there_is_no_picture(text: str) -> None:
    assert to_japanese(text, has_picture=False) == text
    assert to_japanese(text, has_picture=True) != text


def test_an_order_names_what_to_draw() -> None:
    orders = ("can you draw my garden?", "Could you please paint me a red fox", "draw two cats")
    others = ("can you draw people?", "draw", "my garden", "can you draw 猫", "paint a" + "a" * 300)
    assert [text for text in (*orders, *others) if is_order_to_draw(text)] == list(orders)


def test_the_syntax_of_tools_is_left_for_its_reader() -> None:
    """text -> prompt, what is left out, number, width, seed."""
    expected = {
        "draw a red apple\nNegative prompt: car, people\nSteps: 20, Sampler: Euler a, Seed: 5":
            ("a red apple", "car、people", 1, None, 5),
        "draw a red apple --no people --ar 16:9": ("a red apple", "people", 1, 896, None),
        "draw a red apple, 2 pictures --ar 16:9": ("a red apple", "", 2, 896, None),
        "paint a cat, without: dogs": ("a cat", "dogs", 1, None, None),
        "a cat, wide (dog:-1)": ("a cat", "dog", 1, 768, None),
        "draw a red apple -n 3": ("a red apple", "", 3, None, None),
        "draw a red apple x2": ("a red apple", "", 2, None, None),
        "draw a red apple, seed: 42": ("a red apple", "", 1, None, 42),
        "draw a red apple, 16:9": ("a red apple", "", 1, 896, None),
        "draw a red apple without people": ("a red apple", "人", 1, None, None),
        "a red apple with no text, 2 pictures": ("a red apple", "文字", 2, None, None),
        "a red apple, no people, no text": ("a red apple", "人、文字", 1, None, None),
    }  # fmt: skip
    wrong = {}
    for text, controls in expected.items():
        reading = read(to_japanese(clean(text)))
        seen = (reading.prompt, reading.negative, reading.count, reading.width, reading.seed)
        if seen != controls:
            wrong[text] = seen
    assert wrong == {}
