"""What is said of a photo in one sentence, taken apart."""

from __future__ import annotations

from bot.prompt.changes.photo_choices import WhichPhoto, means_all_photos, which_photo
from bot.prompt.changes.photo_degrees import shifted, wanted_degree
from bot.prompt.changes.photo_sentences import (
    keeps_photo_as_it_is,
    leaves_photo_alone,
    of_unseen_thing,
    plain_photo_order,
)


def test_closeness_and_the_rest_are_told_apart() -> None:
    expected = {
        "床はそのままで壁だけ黄色にして": ("壁を黄色にして", "faithful"),
        "元の写真の面影を残しつつ版画で": ("版画で", "faithful"),
        "原型なくていいので切り絵で": ("切り絵で", "free"),
        "ほんのりパステル調に": ("パステル調に", "faithful"),
        "髪を長くしてリボンをつけて": ("髪を長くして、リボンをつけて", None),
        "かわいくしてほしい": ("かわいくしてほしい", None),
        "水彩にしてください": ("水彩にしてください", None),
    }
    got = {text: plain_photo_order(text) for text in expected}
    assert {text: (order.words, order.closeness) for text, order in got.items()} == expected


def test_whom_a_photo_shows_is_no_thing_to_replace() -> None:
    expected = {
        "うちの犬を海賊にして": "これを海賊にして",
        "孫に麦わら帽子": "これに麦わら帽子をつけて",
        "このラーメンをゴッホ風に": "これをゴッホ風に",
        "この車をスポーツカーにして": "これをスポーツカーにして",
        "この髪を三つ編みにして": "この髪を三つ編みにして",
        "ぬいぐるみにしたらどんな感じ？": "ぬいぐるみにして",
        "この子を浮世絵の中に入れてみて": "これを浮世絵の中にして",
        "自転車を銀色に": "銀色の自転車にして",
        "これでカード作れますか": "これをカードにして",
        "ネコちゃんにリボンつけてー": "これにリボンをつけて",
        "娘に会いたい": "娘に会いたい",
        "雪を降らせて、鹿の像をお願いします": "雪を降らせて、鹿の像をつけて",
    }
    assert {text: plain_photo_order(text).words for text in expected} == expected


def test_a_degree_is_said_alone() -> None:
    closer = ("もっと似せて", "変わりすぎかも", "水彩感を弱めに", "元の写真の色に近づけて")
    freer = ("もっと大胆に変えて", "まだ写真っぽい", "全然変わってない")
    neither = ("もっと明るく", "犬を猫に変えて", "似た絵", "りんご")
    assert [wanted_degree(text) for text in closer] == ["closer"] * len(closer)
    assert [wanted_degree(text) for text in freer] == ["freer"] * len(freer)
    assert [wanted_degree(text) for text in neither] == [None] * len(neither)
    assert (shifted(0.6, "closer"), shifted(0.2, "closer"), shifted(0.9, "freer")) == (
        0.4,
        0.2,
        0.95,
    )


def test_one_of_several_photos() -> None:
    assert which_photo("一枚目のほう、油絵で") == WhichPhoto(0, "油絵で")
    assert which_photo("最後に送った写真を漫画に") == WhichPhoto(-1, "漫画に")
    assert which_photo("猫の写真を漫画に") is None
    assert means_all_photos("2枚とも切り絵に")
    assert not means_all_photos("2枚目を切り絵に")


def test_what_a_photo_may_show() -> None:
    assert of_unseen_thing("鞄の紐を革に", "水彩風") == "革の鞄の紐にして"
    assert of_unseen_thing("背景は海じゃなくて山", "水彩風") == "背景を山に"
    assert of_unseen_thing("犬を猫に", "犬 水彩風") is None
    assert of_unseen_thing("りんごを描いて", "水彩風") is None


def test_a_photo_sent_by_mistake() -> None:
    assert leaves_photo_alone("間違えて送っちゃった、ごめん")
    assert leaves_photo_alone("なんでもないです")
    assert not leaves_photo_alone("間違えて描いたので直して")
    assert not leaves_photo_alone("なんでもない日の朝")


def test_a_photo_as_it_is_names_nothing_to_make() -> None:
    assert keeps_photo_as_it_is("そのままでいい")
    assert keeps_photo_as_it_is("このままで大丈夫です")
    assert not keeps_photo_as_it_is("背景はそのままで")
    assert not keeps_photo_as_it_is("そのままアニメにして")
