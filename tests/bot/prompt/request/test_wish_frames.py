"""Wishes in the sentences that people put them into."""

from __future__ import annotations

from bot.prompt.request.reading import read

FRAMES = (
    "試しに{}描いてみて", "とりま{}", "まずは{}から", "じゃあ手始めに{}", "暇だから{}描いて",
    "リクエストいいですか、{}です", "リクエスト：{}", "描いてほしいのは{}です",
    "描いてもらいたいのがあって、{}なんですけど",
    "テーマは{}でお願いします",
    "ねえねえ{}かいてー", "えふで、{}をたのむ", "AIさん{}をお願いね", "急に見たくなった{}",
    "{}のを頼みたいです", "{}っていうテーマで一枚お願いしたいんですが",
    "{}とかどうでしょう、描けますか",
    "{}なんてのはどう", "{}でひとつよろしく", "{}いってみよう", "{}いける？", "{}リクエストします",
    "{}なんだけど描ける？", "{}を絵にするとどうなる？", "{}のイラスト起こして", "{}を生成",
    "{}を描いてくれたら泣いて喜ぶ", "{}が急に見たくなった",
    "{}の絵が必要です", "{}の絵がいるんだけど",
    "{}の絵を探しています", "{}を3秒で描いて",
)  # fmt: skip


def test_what_is_painted_is_the_subject_alone() -> None:
    wrong = {}
    for frame in FRAMES:
        for subject in ("秋の山", "赤いバス"):
            text = frame.format(subject)
            if (prompt := read(text).prompt) != subject:
                wrong[text] = prompt
    assert wrong == {}


def test_scenes_are_left_whole() -> None:
    scenes = {
        "大根に手足が生えて逃げるという絵を孫に見せたいんです": "大根に手足が生えて逃げる",
        "部Tのデザイン考えて！狼がダンクしてるの！": "部Tのデザイン、狼がダンクしてる",
        "猫が空を飛んでるってのを描いてみて": "猫が空を飛んでる",
    }
    assert {text: read(text).prompt for text in scenes} == scenes


def test_words_that_only_end_like_a_frame_stay() -> None:
    for text in (
        "ぶどう",
        "まいける",
        "てんどう",
        "テーマは秋、場所は山",
        "AIさんが踊る街",
        "まずい料理",
    ):
        assert read(text).prompt == text
