"""What is only named after a picture changes it."""

from __future__ import annotations

from bot.prompt.changes.named_only import parse_named_only

ADDED = {
    ("それと猫", "犬"): ["猫"],
    ("あと湯呑み", "和菓子"): ["湯呑み"],
    ("ついでに虹も", "山"): ["虹"],
    ("トロフィー持ってるの真ん中の人", "集合写真"): ["真ん中の人がトロフィー持ってる"],
    ("親の色緑で子供が水色", "ドラゴンの親子"): ["緑の親", "水色の子供"],
}
OTHERS = (
    "あとで",
    "あと少し",
    "あとよろしく",
    "あと2枚",
    "映画",
    "絵本",
    "鉛筆",
    "見てるの誰",
    "山",
)


def test_a_thing_or_a_look_is_added() -> None:
    for (text, prompt), wanted in ADDED.items():
        change = parse_named_only(text, prompt)
        assert change
        assert [step.target for step in change.steps] == wanted, text


def test_a_style_alone_is_the_look_of_the_picture() -> None:
    for text, style in {"水彩": "水彩風", "油絵": "油絵風", "アニメ": "アニメ調"}.items():
        change = parse_named_only(text, "猫")
        assert change
        assert change.controls.styles == (style,), text


def test_what_names_no_change_is_none() -> None:
    assert [text for text in OTHERS if parse_named_only(text, "猫")] == []
