"""How a picture or photo shall look, in words that order nothing."""

from __future__ import annotations

from bot.intent.wanted_looks import as_order_for_photo, as_order_to_draw

OF_PHOTO = {
    "秋っぽい感じがいいです": "秋っぽい感じにして",
    "パステルカラーがいいかな": "パステルカラーにして",
    "ポップな感じのイラスト希望": "ポップな感じにして",
    "鉛筆デッサンでおねがいしゃす": "鉛筆デッサンにして",
    "かっこよくたのむ": "かっこよくして",
    "おひなさまの格好させて": "おひなさまの格好にして",
    "しゃしんをえにして": "絵にして",
    "白黒がよか": "白黒にして",
    "スタンプみたいな二頭身のデフォルメ": "スタンプみたいな二頭身のデフォルメにして",
    "ゆるキャラ風の二頭身でお願いします": "ゆるキャラ風の二頭身にして",
    "ちびキャラを描く人": None,
    "セピア": "セピアにして",
    "刺繍で": "刺繍にして",
    "きれいになるかいな": "きれいにして",
    "直りますか": "きれいにして",
    "ドット絵にして昔のゲームみたいなやつ": "ドット絵にして、昔のゲーム風",
    "油絵にして、美術館にあるようなやつ": "油絵にして、美術館にあるような",
    "切り絵にしてほしい、黒いやつ": "切り絵にして、黒い",
    "メガネはずした感じにして": "メガネを外して",
    "服をはずした感じにして": None,
    "元気になるかな": None,
    "turn my dog into a superhero": "turn my dog into a superhero",
    "turn left at the corner": None,
    **dict.fromkeys(
        (
            *("ラーメンがいい", "猫のイラスト希望", "風がいい", "すごくいい", "赤い感じの猫がいい"),
            *("早くお願いします", "よろしくお願いします", "これがいい", "富士山を水彩で頼む"),
        )
    ),
}
DRAWN = (
    *("写真じゃなくてイラストにして", "写真っぽいのでイラストにして", "実写じゃなくて絵っぽく"),
    *("イラストにして", "もっとイラストっぽくしてほしい"),
    *("リアルすぎるからイラストっぽくして", "写真よりイラストがいい"),
)
NOT_DRAWN = (
    *("写真みたいな猫", "写真じゃなくて猫にして", "写真みたいで可愛い", "写真を撮る人のイラスト"),
    *("イラスト", "イラストを2枚", "イラストを習う人", "絵にして"),
    *("イラストじゃなくて写真みたいに", "写真より上手"),
)


def test_a_look_that_is_liked_is_ordered_of_a_photo() -> None:
    assert {text: as_order_for_photo(text) for text in OF_PHOTO} == OF_PHOTO


def test_a_picture_shall_look_drawn_rather_than_like_a_photo() -> None:
    drawn = [text for text in (*DRAWN, *NOT_DRAWN) if as_order_to_draw(text, "白い猫")]
    assert drawn == list(DRAWN)
    assert as_order_to_draw(DRAWN[0], "白い猫、写真風") == "写真風をイラスト風に"
