"""What is added to a picture, as its prompt has it."""

from __future__ import annotations

import pytest

from bot.prompt.changes.additions import as_added, is_complaint


@pytest.mark.parametrize(
    ("words", "added"),
    [
        ("雪積もらせて", "雪が積もる"),
        ("松明もたせて", "松明をもつ"),
        ("子犬を走らせて", "子犬が走る"),
        ("スポットライト当てて", "スポットライト"),
        ("馬も二、三頭おらせて", "馬も二、三頭おらせて"),
        ("髪は赤みのあるブラウンで", "赤みのあるブラウンの髪"),
        ("ネオンは紫と緑だけ", "紫と緑のネオン"),
        ("マントは紺", "紺のマント"),
    ],
)
def test_orders_become_what_they_bring(words: str, added: str) -> None:
    assert as_added(words, typed=words) == added


@pytest.mark.parametrize(
    "words", ["剣は持たせないで盾だけ", "線はなるべく変えないで", "これはだめ", "夜", "かわいく"]
)
def test_anything_else_stays_as_it_is(words: str) -> None:
    assert as_added(words, typed=words) == words


def test_politeness_goes_with_an_order_alone() -> None:
    asked = "水の輪を一つ広げていただけますか"
    assert as_added("水の輪を一つ広げて", typed=asked) == "水の輪を一つ広げて"
    assert as_added("海", typed="海です") == "海です"
    assert as_added("あ" * 40, typed="あ" * 40) == "あ" * 40


def test_complaints_are_told_from_wishes() -> None:
    assert all(map(is_complaint, ["怖すぎだろw", "それ派手すぎる", "べろべろ過ぎるべ"]))
    assert not any(map(is_complaint, ["大きすぎる月を描いて", "猫", "すぎの木"]))
