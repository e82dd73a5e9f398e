"""Which of several pictures is meant, in whatever words."""

from __future__ import annotations

from bot.intent.choosing import parse_choice_among, parse_choice_at_end, parse_choice_once
from bot.prompt.changes.choices import LAST

CHOSEN = {
    **dict.fromkeys(
        ("ひだりしたのねこ", "どれも可愛いけど左下かなあ", "左下の猫ちゃんに決めました"), 2
    ),
    **dict.fromkeys(
        ("じゃ2で", "よし、2!", "2枚目が一番かわいいと思います", "2と3で迷うけど2!"), 1
    ),
    **dict.fromkeys(("ほな3番もらうわ", "んー、3かなぁ", "ではさんばんでおねがいします"), 2),
    **dict.fromkeys(("わたしは4番が好きです", "number 4 please", "右側の下のやつがよかとです"), 3),
    **dict.fromkeys(("最初のが好み", "i like the first one", "どれもいいけど強いて言えば1"), 0),
    **{"いっこめ": 0, "いち": 0, "2枚目一択": 1, "よんばんめのこ": 3},
    **{"右上のやつめっちゃ好き": 1, "みぎしたのこ!": 3, "no 4 please": 3, "三枚目でおなしゃす": 2},
    **{"うちは1番のんがええと思う": 0, "最初に出てきたやつが好きだな": 0},
    **{"2番がめんこい": 1, "3番のが一番しっくりくる": 2, "左下の子お持ち帰りで": 2},
    **{"最後の一枚がいちばん好みです": LAST, "the second one looks great": 1},
    **{
        "1番目にしてけろ": 0,
        "左上のワンちゃんにしよ": 0,
        "2個目のわんこちゃんかわちい": 1,
        "1でたのむわ": 0,
    },
    **{"どれもよかけど2番かな": 1, "2枚目が傾いてる": 1},
    "一番最後の猫": LAST,
    **dict.fromkeys(("ふたつめかな、うん、ふたつめ", "2番、やっぱり2番"), 1),
    **{"さんばんのしろいねこ": 2, "最後から二番目のやつがいい": LAST - 1},
    **dict.fromkeys(("左上の子かわいすぎる、それで", "左上しか勝たん"), 0),
    **dict.fromkeys(("2枚目のわんこ表情よすぎ、これで!", "2番めのやつがほしいっちゃ"), 1),
    **dict.fromkeys(("左下のコ、たまらん。それにする", "三番めんとがほしかー", "3枚目に惚れた"), 2),
    **dict.fromkeys(("右っ側の下のやつ貰うわ", "4番のやつ毛並みが神、それにします"), 3),
    **{"3の子がいちばんやさしい顔してるので3で": 2, "i'll go with the bottom right one": 3},
}
CHANGED = {
    "四枚目の猫を黒くして": (3, "黒くして"),
    "3番目の白猫を寝かせて": (2, "寝かせて"),
    "1枚目の背景を花畑に": (0, "背景を花畑に"),
    "2番目だけ高画質にして": (1, "高画質にして"),
    "右上のに帽子かぶせて": (1, "帽子かぶせて"),
    "みぎうえのにリボンをつけて": (1, "リボンをつけて"),
    "2をもっと赤く": (1, "もっと赤く"),  # typed as ②
    "3の花の色をピンクにして": (2, "花の色をピンクにして"),
    "3のやつを高画質で": (2, "高画質で"),
    "3ばんのめをあおくして": (2, "めをあおくして"),
    "右下のもうちょい寄って": (3, "もうちょい寄って"),
    "二番目の猫に帽子": (1, "帽子"),
    "右上の背景だけ海にして": (1, "背景だけ海にして"),
    "1枚目もっと明るく": (0, "もっと明るく"),
    "2番が暗いから明るくして": (1, "暗いから明るくして"),
    "右上のと似たやつ2枚": (1, "似たやつ2枚"),
    "1のバリエーション": (0, "似たやつをもっと見たい"),
    "右上の別のパターンも見たい": (1, "似たやつをもっと見たい"),
    "2っぽいのもっと見たい": (1, "似たやつもっと見たい"),
    "左下みたいなのをもっと見たい": (2, "似たやつをもっと見たい"),
    "1番系のやつもっとみたい": (0, "似たやつもっとみたい"),
    "more like the top right one": (1, "似たやつをもっと見たい"),
    "4番のやつ、でっかくして": (3, "でっかくして"),
    "右上の高画質でちょうだい": (1, "高画質でちょうだい"),
    "2番を夜にして、それで": (1, "夜にして、それで"),
    "右上のに帽子かぶせて、これで": (1, "帽子かぶせて、これで"),
}
NOT_CHOSEN = (
    *(
        "左上に月を描いて",
        "3匹描いて",
        "2枚ほしい",
        "1匹増やして",
        "4人家族",
        "一番星",
        "4を描いて",
        "2番のにんじん",
        "3の倍数",
        "これで最後",
    ),
    *(
        "二人の猫",
        "右手に花",
        "1と2がいい",
        "もう2度と会えない",
        "三毛猫がいい",
        "いちご",
        "さんま",
    ),
)


def test_one_is_chosen_by_number_place_or_what_it_shows() -> None:
    found = {text: parse_choice_among(text, "白い猫") for text in CHOSEN}
    wrong = {
        text: choice
        for text, choice in found.items()
        if choice is None or choice.rest or choice.position != CHOSEN[text]
    }
    assert wrong == {}


def test_what_is_said_of_the_chosen_one_is_its_rest() -> None:
    found = {text: parse_choice_among(text, "白い猫") for text in CHANGED}
    assert {text: choice and (choice.position, choice.rest) for text, choice in found.items()} == (
        CHANGED
    )


def test_other_numbers_and_places_choose_none() -> None:
    chosen = [text for text in NOT_CHOSEN if parse_choice_among(text, "白い猫")]
    assert chosen == []


def test_a_farewell_is_no_choice() -> None:
    choice = parse_choice_among("これが最後の絵になるね", "白い猫")
    assert choice is None or choice.rest


NAMED_ONCE = {
    **dict.fromkeys(("1ばんかわいいのは、ひだりしたのやつ", "右のより左の、下のほう"), 2),
    **dict.fromkeys(("1と迷ったけど4やな", "④でおねがいします", "んだば、みぎしたのやつけろ"), 3),
    **dict.fromkeys(("three please", "Ⅲ", "1も2も4も微妙なので3で"), 2),
    **dict.fromkeys(("うーん、最初の", "孫は1番が気に入ったようです"), 0),
    **{"the second one": 1, "third one please": 2, "the top right one": 1, "the last one": LAST},
    **{"候補2": 1, "右上に一目惚れ": 1, "上の右側が好み": 1, "それなら最後のやつかな": LAST},
}
NAMED_BY_NONE = ("かわいい", "3匹いる", "12月がいい", "2番目に帽子", "100点", "どれもいい")


def test_of_what_is_surely_a_choice_the_last_name_counts() -> None:
    named = {text: parse_choice_once(text) for text in (*NAMED_ONCE, *NAMED_BY_NONE)}
    found = {text: choice and choice.position for text, choice in named.items()}
    assert found == {**NAMED_ONCE, **dict.fromkeys(NAMED_BY_NONE)}


AT_END = {
    "1は怖いし3は暗いし…4にする": 3, "家族会議の結果、全員一致で4に決定!": 3,
    "1以外はまずそうw 1で": 0,
    "えっと左上、じゃなくて右上": 1, "母は右の下": 3,
}  # fmt: skip
NOT_AT_END = (
    "2番目を明るく",
    "4つ目のがええけど空だけ茜色にして",
    "かわいい",
    "3番に帽子",
    "右上に月",
)


def test_the_end_of_a_text_takes_a_picture() -> None:
    found = {text: parse_choice_at_end(text) for text in (*AT_END, *NOT_AT_END)}
    positions = {text: choice and choice.position for text, choice in found.items()}
    assert positions == {**AT_END, **dict.fromkeys(NOT_AT_END)}
