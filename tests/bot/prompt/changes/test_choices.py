"""Which of several pictures is meant, and what else is said of it."""

from __future__ import annotations

from bot.prompt import clean
from bot.prompt.changes.choices import (
    LAST,
    Choice,
    asks_which,
    chooses_by_looks,
    names_one_too_far,
    parse_choice,
)
from tests.bot.prompt.examples import wrong_rows

CHOICES: list[tuple[str, Choice | None]] = [
    ("2番目", Choice(1)),
    ("②かな", Choice(1)),
    ("③にします", Choice(2)),
    ("4です", Choice(3)),
    ("3かなー", Choice(2)),
    ("最初のが一番好き", Choice(0)),
    ("1番最後のがお気に入り", Choice(LAST)),
    ("右上のがええな", Choice(1, by_place=True)),
    ("1枚目と同じ感じでもう一枚", Choice(0, "同じ感じでもう一枚")),
    ("3番と似たのをあと2枚", Choice(2, "似たのをあと2枚")),
    ("2枚目を夜にして", Choice(1, "夜にして")),
    ("2で、あと空を夕焼けに", Choice(1, "あと空を夕焼けに")),
    ("3枚目がいい、背景は海に", Choice(2, "背景は海に")),
    ("4枚目大きく見せて", Choice(3, "大きく見せて")),
    ("最後から二番目", Choice(LAST - 1)),
    ("うしろから2枚目がいい", Choice(LAST - 1)),
    ("2匹の猫", None),
    ("3かなえの夢", None),
    ("4枚", None),
    ("最後の晩餐", None),
]


def test_one_of_several_is_named() -> None:
    assert not wrong_rows((text, parse_choice(clean(text)), meant) for text, meant in CHOICES)


def test_a_number_after_the_fourth_names_none() -> None:
    assert all(map(names_one_too_far, ("5番", "6枚目のがいい", "10番目で")))
    assert not any(map(names_one_too_far, ("4番", "8番ラーメン", "5枚", "5番目の猫を黒く")))


def test_it_is_asked_which_to_take() -> None:
    asked = (
        "どれがおすすめ？",
        "どれが一番いいと思う？",
        "おすすめは?",
        "この中でどれが人気ですか",
    )
    assert [text for text in asked if not asks_which(text)] == []
    others = ("どれもかわいい", "おすすめの絵", "どれがいい色の猫を描いて", "どれくらいかかる？")
    assert [text for text in others if asks_which(text)] == []


def test_one_is_named_by_what_it_shows_most_of() -> None:
    assert all(map(chooses_by_looks, ("月がいちばん大きいやつ", "一番笑ってる子がいいな")))
    others = ("世界で一番大きいやつ", "もっと月が大きいやつ", "一番大きい月の絵", "一番星のやつ")
    assert [text for text in others if chooses_by_looks(text)] == []
