"""Wishes as children type them, and what is asked for that is no picture."""

from __future__ import annotations

from bot.prompt import read
from bot.prompt.request.plain_orders import is_one_thing, relaxed, subject_of_order

RELAXED = {
    "ソファ": "ソファ",
    "パフェ!": "パフェ!",
    "そふぁ": "そふぁ",
    "ネコォォ": "ネコー",
    "電車がみたーい": "電車がみたい",
    "しょうぼうしゃがいいー": "しょうぼうしゃがいい",
    "でっかいくじらぁ": "でっかいくじら",
    "ながーい滑り台": "ながーい滑り台",
    "ケーキ": "ケーキ",
}
SUBJECTS = {
    "電車がみたい": "電車",
    "おっきいぞうさんほしい": "おっきいぞうさん",
    "ぷりんせすかいてほしいの": "ぷりんせす",
    "すみません、ひまわり畑を描いてもらえますか": "ひまわり畑",
    "返事ください": None,
    "お金ほしい": None,
    "これ消してほしい": None,
    "夜の富士山": None,
}
READ = {"電車がみたーい": "電車", "象ほしい": "象", "猫に見てほしい": "猫に見てほしい"}


def test_what_draws_words_out_is_taken_off() -> None:
    assert {text: relaxed(text) for text in RELAXED} == RELAXED


def test_what_is_asked_for_is_told_from_the_asking() -> None:
    assert {text: subject_of_order(text) for text in SUBJECTS} == SUBJECTS


def test_the_asking_is_no_part_of_the_prompt() -> None:
    assert {text: read(text).prompt for text in READ} == READ


def test_one_noun_of_the_dictionary_is_a_thing() -> None:
    things = ("ビル", "終わり", "失敗", "夜の街", "")
    assert [text for text in things if is_one_thing(text)] == ["ビル"]
