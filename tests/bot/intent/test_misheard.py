"""What only sounds like a wish, an erasure, a cry for help or a change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.intent.misheard import (
    asks_meanwhile,
    asks_who_reads,
    is_of_the_drawing,
    is_patient,
    is_question_shaped,
    tells_of_heartbreak,
    tells_taste,
)

SAID: dict[Callable[[str], bool], tuple[tuple[str, ...], tuple[str, ...]]] = {
    tells_taste: (
        (
            "にんじん嫌い",
            "パクチー無理",
            "おばけ苦手〜",
            "わたしね、ぷりんがすき",
            "納豆食べれへん",
        ),
        (
            *(
                "にんじん嫌いなうさぎ",
                "お月見だんごとすすき",
                "戦車みたいなカタツムリ",
                "自分が嫌い",
            ),
            *("学校無理", "もう無理", "左下が好き", "この絵好き", "親が苦手", "パクチー"),
        ),
    ),
    is_of_the_drawing: (
        (
            "余白を残さないで",
            "影は残さないで",
            "目の下のクマけしてほしい",
            "白い縁を残さないようにして",
            "電線じゃまだから消して",
            "後ろの看板邪魔なので消して",
        ),
        (
            "何も残さないで",
            "邪魔だから消して",
            "履歴は残さんといて",
            "この絵は残さないで",
            "自分を消して",
            "全部消して",
        ),
    ),
    tells_of_heartbreak: (
        ("部活の先輩にふられた…", "彼氏にフラれたんだけど", "好きな人に告白してふられちゃった"),
        ("雨に降られた", "ふられた。もう死にたい", "ふられた猫の絵", "先輩に殴られた"),
    ),
    asks_who_reads: (
        ("わたしのかいたもじ だれかよんでるの", "ここに送った写真、誰か見てますか"),
        ("誰か助けて", "だれもわたしをみてくれない", "本を読んでる猫", "わたしのこと誰か殺して"),
    ),
    asks_meanwhile: (
        (
            *("これ描いてる途中に別のも頼んでいいの", "待ってる間に次のお願いしてもいい?"),
            *("描いとる最中にキャンセルでけるん?", "LINE閉じたら止まっちゃう?", "通知ってくる?"),
        ),
        ("途中でやめて", "別の絵で", "もう一枚描いてくれる?", "夜にできますか", "通知の絵"),
    ),
    is_patient: (
        (
            *(
                "急がんでええよ ゆっくりで",
                "焦らんでええで",
                "慌てんでいいけん",
                "無理せんでええよ",
            ),
            *("急がねくていいはんで", "ゆっくりやってけろ", "時間かかってもええよ", "ごゆっくり〜"),
            *("いつまでも待つよ", "急ぎません", "楽しみにしとるけん", "がんばって描いてや"),
        ),
        (
            *(
                "急いで",
                "待って",
                "待ってよ",
                "時間かかってる",
                "ゆっくり歩くカメの絵",
                "急がない亀",
            ),
            *("ゆっくりしたい", "もう待てん", "無理", "がんばって走る子を描いて", "描かんでええよ"),
        ),
    ),
    is_question_shaped: (
        ("出来上がったら知らせてくれるんですか", "これってあとから色変えられるん", "消える?"),
        ("犬も描いてくれますか", "夜にして", "もっと明るく", "窓を消してください"),
    ),
}


@pytest.mark.parametrize("says", SAID, ids=lambda says: says.__name__)
def test_it_is_told_by_saying_nothing_else(says: Callable[[str], bool]) -> None:
    yes, no = SAID[says]
    assert [text for text in (*yes, *no) if says(text)] == list(yes)
