"""Words with which somebody turns to another matter, and what only sounds like them."""

from __future__ import annotations

import time

from bot.prompt import MAX_PROMPT, read
from bot.prompt.japanese.asides import turns_to_another, without_aside

ASIDES = {
    "全然関係ないけど紅葉の京都描いて": "紅葉の京都描いて",
    "話変わるけど、イルカ描いて": "イルカ描いて",
    "写真とは関係なく、雪だるまがいい": "雪だるまがいい",
    "別件で、夜の海お願いします": "夜の海お願いします",
    "それはおいといて、ひまわり描いて": "ひまわり描いて",
    "ぜんぜん違うんだけどペンギンの絵ほしい": "ペンギンの絵ほしい",
    "それとは別の話やけど、たこ焼き描いて": "たこ焼き描いて",
    "写真はええから、富士山の絵くれ": "富士山の絵くれ",
    "ところで富士山描ける？": "富士山描ける？",
    "関係のない二人": "関係のない二人",
    "余談だけど、りんご描いて": "りんご描いて",
    "余談がほしい": "余談がほしい",
    "話し合う犬たち": "話し合う犬たち",
    "全然違う色の猫": "全然違う色の猫",
    "別件逮捕される男": "別件逮捕される男",
    "これはいい景色": "これはいい景色",
    "話が変わる本": "話が変わる本",
    "関係なく咲く花": "関係なく咲く花",
    "全然関係なく、猫": "猫",
    "写真忘れて泣く子": "写真忘れて泣く子",
    "写真は忘れて、猫": "猫",
    "全然関係なく猫描いて": "猫描いて",
    "この写真じゃなくて猫": "猫",
    "写真はやっぱりいいや、富士山描いて": "富士山描いて",
    "この写真いいですね、水彩にして": "この写真いいですね、水彩にして",
    "写真はいいね、富士山も": "写真はいいね、富士山も",
    "この写真は使わんで、普通にクジラの絵描いて": "クジラの絵描いて",
    "写真は関係なしで、カエルの合唱描いて": "カエルの合唱描いて",
    "今の写真は無視して、かき氷の絵": "かき氷の絵",
    "写真使わなくていいから、鉄橋を描いて": "鉄橋を描いて",
    "写真は使わないでください": "写真は使わないでください",
    "写真は使わなくていいです": "写真は使わなくていいです",
    "写真は使わんといて": "写真は使わんといて",
    "全然別のやつで、夜の工場地帯": "夜の工場地帯",
    "全く違う絵がいいです、海の底": "海の底",
    "全然違うのがいい、港": "港",
    "全然別のやつで": "全然別のやつで",
    "あ、まだ頼んでなかった。カワウソの絵": "カワウソの絵",
    "まだ何もお願いしてませんでした!夕焼けの港": "夕焼けの港",
    "まだ頼んでない弁当": "まだ頼んでない弁当",
    "写真を使わない料理": "写真を使わない料理",
}


def test_an_aside_is_left_away_and_wishes_that_begin_alike_stay() -> None:
    assert {text: without_aside(text) for text in ASIDES} == ASIDES
    assert read("全然関係ないけど紅葉の京都描いて").prompt == "紅葉の京都"


def test_what_points_at_the_photo_stays_with_it() -> None:
    assert turns_to_another("話変わるけど、イルカ描いて")
    assert not turns_to_another("話変わるけど、これ水彩にして")
    assert not turns_to_another("ところで、背景を海にして")
    assert not turns_to_another("ところで背景を海にできる?")
    assert not turns_to_another("写真じゃなくて水彩画がいい")
    assert turns_to_another("写真じゃなくてりんごの絵を描いて")
    assert not turns_to_another("イルカ描いて")


def test_a_hostile_text_costs_little() -> None:
    for piece in ("全然", "それとは別", "話変わるけど、", "写真とは関係"):
        started = time.process_time()
        turns_to_another((piece * MAX_PROMPT)[:MAX_PROMPT])
        assert time.process_time() - started < 1, "measured: under 0.01"
