from __future__ import annotations

from bot.prompt.changes.respelled import as_usually_said, thing_disliked


def test_a_thing_disliked_is_one_in_the_picture() -> None:
    assert thing_disliked("蜂が怖いから消して") == "蜂"
    assert thing_disliked("ピエロ苦手なのでぬいて") == "ピエロ"
    for kept in (
        "写真が怖いから消して",
        "それが嫌いだから消して",
        "怖いから消して",
        "蜂が飛んでいる",
    ):
        assert thing_disliked(kept) is None


def test_a_reason_leaves_its_order() -> None:
    expected = {
        "えびきらいだからぬいて": "えびを消して",
        "服の色が派手なので紺か黒に統一して": "服の色を紺か黒にして",
        "目が痛いからもっと暗く": "もっと暗く",
        "目が大きいから小さくして": "目を小さくして",
        "作者名は入れなくていい": "作者名を消して",
        "これやめて": "これやめて",
    }
    assert {text: as_usually_said(text) for text in expected} == expected
