"""What a picture is like, and what is another thing."""

from __future__ import annotations

from bot.prompt.changes.looks import names_other_thing, parse_look
from tests.bot.prompt.examples import wrong_rows

OTHER_THINGS = [
    ("水墨画風の猫", True),
    ("赤い車", True),
    ("やさしい雰囲気", False),
    ("静かなトーン", False),
    ("青い色味", False),
    ("赤い空", False),
    ("大きな富士山", False),
    ("走って", False),
]


HAIR = {"金髪にして": "金髪", "黒髪で": "黒髪", "青空に": "青空", "赤い空にして": "赤い"}


def test_what_is_one_word_stays_one() -> None:
    looks = {words: parse_look(words) for words in HAIR}
    assert {words: look and look[0].replacement for words, look in looks.items()} == HAIR


def test_what_is_no_look_and_not_in_the_picture_is_another_thing() -> None:
    assert not wrong_rows(
        (words, names_other_thing(words, "夜の富士山"), is_other)
        for words, is_other in OTHER_THINGS
    )
