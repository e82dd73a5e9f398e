"""What a picture is like, and what is another thing."""

from __future__ import annotations

from bot.prompt.changes.looks import names_other_thing
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


def test_what_is_no_look_and_not_in_the_picture_is_another_thing() -> None:
    assert not wrong_rows(
        (words, names_other_thing(words, "夜の富士山"), is_other)
        for words, is_other in OTHER_THINGS
    )
