"""What comes into a picture at a place in it, and scenes of their own."""

from __future__ import annotations

import pytest

from bot.prompt.changes.placed import added_at_place

ADDED = {
    "手前に湖かいて": "手前に湖を足して",
    "したにおはなみしてるひとたちかいて": "したにおはなみしてるひとたちを足して",
    "煙突から煙もくもく": "煙突から煙もくもくを足して",
    "木の下でお弁当食べてる家族もかいて": "木の下でお弁当食べてる家族を足して",
    "鼻に蝶々とまってるとこ": "鼻に蝶々とまってるを足して",
    "窓から手ふってる子どもかいて": "窓から手ふってる子どもを足して",
    "あたまにりぼん": "あたまにりぼんを足して",
    "根元に子犬おってほしい": "根元に子犬を足して",
    "湯気ほわほわ": "湯気ほわほわを足して",
    "空に花火": "空に花火を足して",
    "右の木に赤い鳥": "右の木に赤い鳥を足して",
    "桜に大きな鳥": "桜に大きな鳥を足して",
}
OTHER = (
    *("横に長い絵", "右にして", "海に花火", "夜の海に花火を描いて", "前に描いてもらった猫かいて"),
    *(
        "下におめでとうって書いて",
        "窓に桜",
        "手に汗握る試合",
        "外に出て遊ぶ子ども描いて",
        "頭に来た",
    ),
    *("森の中にぽつんと立つ小屋", "空にそびえる塔", "口に合う料理", "うえにのぼるさる", "手前に"),
)


@pytest.mark.parametrize("text", ADDED)
def test_it_is_added_to_the_picture(text: str) -> None:
    assert added_at_place(text, "桜の木") == ADDED[text]


def test_a_scene_of_its_own_is_none() -> None:
    assert {text: order for text in OTHER if (order := added_at_place(text, "桜の木"))} == {}
