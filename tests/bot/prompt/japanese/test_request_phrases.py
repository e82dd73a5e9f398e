from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.prompt import clean
from bot.prompt.japanese.request_phrases import (
    order_of_ability,
    shorten_requests,
    strip_politeness,
)
from tests.bot.prompt.examples import wrong_rows

SHORTENED = [
    ("猫を描いていただいてもよろしいでしょうか", "猫を描いて"),
    ("猫を描いてもらえへんやろか", "猫を描いて"),
    ("猫を描くことはできますか、横長で", "猫を描いて、横長で"),
    ("猫をお願いできればと思います", "猫をお願い"),
    ("人は入れないでいただけると助かります", "人は入れないで"),
    # tells of somebody who asks
    ("絵を描いている少女", "絵を描いている少女"),
    ("祖母に手紙を書いてもらった", "祖母に手紙を書いてもらった"),
    ("母が作ってくれたお弁当", "母が作ってくれたお弁当"),
    ("神様にお願いしたい少女", "神様にお願いしたい少女"),
    ("なんでもいいから", "なんでもいいから"),
    ("描くことが好きな少女", "描くことが好きな少女"),
]
ASKS = st.lists(
    st.sampled_from(
        ["描いて", "描か", "ないで", "もらえ", "いただけ", "ますか", "お願い", "し", "たいの",
         "ですが", "猫", "、", "頼んで", "描くこと", "できますか", "けれ", "ずに"]
    )
    | st.text(max_size=3),
    max_size=10,
).map("".join)  # fmt: skip


ORDERS = {
    "髭を足せますか": "髭を足して",
    "電柱消せる？": "電柱消して",
    "帽子かぶせられるかな": "帽子かぶせて",
    "背景変えれます？": "背景変えて",
    "夏っぽくならへん？": "夏っぽくして",
    "文字取れませんか": "文字取って",
    "火を消せる消防士": "火を消せる消防士",
    "よく売れる店": "よく売れる店",
}


def test_a_question_whether_it_can_be_done_is_an_order() -> None:
    assert {text: order_of_ability(text) for text in ORDERS} == ORDERS


IN_DIALECT = {
    **dict.fromkeys(
        ("灯してけれ", "灯してつかあさい", "灯してくれんね", "灯してほしいべ"), "灯して"
    ),
    "旗を立ててちょうだい": "旗を立てて",
    "首に鈴つけたって": "首に鈴つけて",
    "見てけがをした": "見てけがをした",
}


def test_what_makes_an_order_polite_is_left_out_in_any_dialect() -> None:
    assert {text: strip_politeness(text) for text in IN_DIALECT} == IN_DIALECT


def test_ways_of_asking_are_shortened_and_stories_of_them_stay() -> None:
    assert not wrong_rows((text, shorten_requests(text), short) for text, short in SHORTENED)


@given(ASKS)
def test_a_shortened_text_stays_as_it_is(text: str) -> None:
    short = shorten_requests(clean(text))
    assert shorten_requests(short) == short
    assert len(short) <= len(clean(text)) + 2 * text.count("頼")  # 「頼んで」 becomes 「お願い」
