"""Words about a picture: what they change, and when they are a wish of their own."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompt import MAX_PROMPT, clean, read
from bot.prompt.applying import apply
from bot.prompt.changes import change, may_change, parse

CHANGES = [
    ("朝の富士山、浮世絵風", "さっきのを夜にして", "夜の富士山、浮世絵風"),
    ("夏の海", "冬にして", "冬の海"),
    ("暗い部屋", "明るくして", "明るい部屋"),
    ("猫", "もっと明るく", "猫、明るい"),
    ("猫、明るい", "もっと明るくして", "猫、とても明るい"),
    ("猫", "もう少しかわいい感じに", "猫、かわいい"),
    ("猫", "静かな感じにして", "猫、静か"),
    ("猫", "さっきの絵、もっと暗く", "猫、暗い"),
    ("猫", "猫をもっと大きく", "大きい猫"),
    ("青い目の猫", "猫を犬に変えて", "青い目の犬"),
    ("猫", "さっきの猫を犬にして", "犬"),
    ("走る車", "車を赤に", "走る赤い車"),
    ("白い猫", "猫を黒にして", "黒い猫"),
    ("猫", "背景を青に", "猫、青い背景"),
    ("猫、青い背景", "背景を赤にしてください", "猫、赤い背景"),
    ("猫", "この絵の背景を森に変えてほしい", "猫、森の背景"),
    ("女の子", "髪を短くして", "女の子、短い髪"),
    ("猫", "これを水彩画に", "猫、水彩風"),
    ("夜の富士山、浮世絵風", "油絵風にしてください", "夜の富士山、油絵風"),
    ("富士山", "富士山を浮世絵風にして", "富士山、浮世絵風"),
    ("猫", "月を追加して", "猫、月"),
    ("猫", "帽子をかぶせて", "猫、帽子"),
    ("猫、月", "月を消して", "猫"),
    ("猫", "夜にして、横長で", "猫、夜"),
    # as people speak
    ("朝の海", "さっきと同じ感じで夜に", "夜の海"),
    ("朝の海", "同じ構図で夜にして", "夜の海"),
    ("猫", "同じ絵を縦長で", "猫"),
    ("猫", "そのままで横長に", "猫"),
    ("犬と海", "犬じゃなくて猫にして", "猫と海"),
    ("夜の街", "やっぱり夜じゃなくて夕方で", "夕方の街"),
    ("夜の街", "やっぱ朝にして", "朝の街"),
    ("赤い車", "やっぱり緑で", "緑の車"),
    ("夜の街", "やっぱり朝がいい", "朝の街"),
    ("暗い部屋", "もうちょっとだけ明るくできる？", "明るい部屋"),
    ("明るい部屋", "もうちょい暗くしてくれへん？", "暗い部屋"),
    ("赤い車", "車を青くしてもらえませんか", "青い車"),
    ("赤い車", "青くしていただけるとうれしいです", "青い車"),
    ("猫", "背景を海に変えていただけますか", "猫、海の背景"),
    ("猫", "帽子をかぶせてあげて", "猫、帽子"),
    ("夜の街", "雪を降らせて", "夜の街、雪"),
    ("猫", "もっとキラキラさせて", "猫、キラキラ"),
]


INSTEAD = [
    # the ground
    ("青い背景の犬", "背景をピンクに", "ピンクの背景の犬"),
    ("青い背景の犬", "背景をピンクにして", "ピンクの背景の犬"),
    ("青い背景の犬", "背景を海に変えて", "海の背景の犬"),
    ("青い背景の犬", "ピンクの背景にして", "ピンクの背景の犬"),
    ("青い背景の犬", "背景の色を赤にしてください", "赤い背景の犬"),
    ("白背景の犬", "背景は黒で", "黒い背景の犬"),
    ("背景が青い犬", "背景を緑に", "緑の背景の犬"),
    ("背景が海の犬", "背景を森に", "森の背景の犬"),
    ("背景に山がある犬", "背景を海に", "海の背景の犬"),
    ("犬、背景は青", "背景を赤にして", "犬、赤い背景"),
    ("犬、背景に海", "背景は森でお願いします", "犬、森の背景"),
    ("海を背景に立つ女の子", "背景を森にして", "森を背景に立つ女の子"),
    ("海を背景にした女の子", "背景を花畑にして", "花畑を背景にした女の子"),
    ("犬と青い背景", "背景を白く", "犬と白い背景"),
    ("夕焼けの海の背景の猫", "背景を星空に", "星空の背景の猫"),
    ("青い背景の赤い車", "背景をオレンジに", "オレンジの背景の赤い車"),
    ("青い背景の犬", "背景を消して", "犬"),
    ("昼の富士山", "背景を夜に", "夜の富士山"),
    # the colour of a thing
    ("赤い車", "青くして", "青い車"),
    ("赤い車", "車を青にして", "青い車"),
    ("赤い車", "車の色を緑にして", "緑の車"),
    ("赤い車", "色を白に", "白い車"),
    ("赤い車", "もっと青く", "青い車"),
    ("赤い車", "ピンクにして", "ピンクの車"),
    ("赤い車", "赤を青に", "青い車"),
    ("緑色の車", "黄色にして", "黄色の車"),
    ("真っ赤な車", "真っ黒にして", "真っ黒な車"),
    ("大きな赤い車", "車を白く", "大きな白い車"),
    ("赤い大きな車", "車を青くして", "大きな青い車"),
    ("赤い屋根の白い家", "家を青くして", "赤い屋根の青い家"),
    ("赤い屋根の白い家", "屋根を緑に", "緑の屋根の白い家"),
    ("青い背景の赤い車", "緑にして", "青い背景の緑の車"),
    ("車", "青くして", "青い車"),
    ("公園を走る車", "赤くして", "公園を走る赤い車"),
    ("面白い犬", "犬を白くして", "面白い白い犬"),
    ("黒い髪の女の子", "髪を金色に", "金色の髪の女の子"),
    ("黒い長い髪の女の子", "髪を短く", "黒い短い髪の女の子"),
    ("髪が長い女の子", "髪を短くして", "髪が短い女の子"),
    ("青い目の猫", "目の色を緑にして", "緑の目の猫"),
    ("青い服の女の子", "服を着物にして", "着物の女の子"),
    # the time of day, the season, the weather
    ("夜の富士山", "昼にして", "昼の富士山"),
    ("夜の街と月", "昼にして", "昼の街と月"),
    ("京都の夜", "朝にして", "京都の朝"),
    ("東京の夜景", "昼にして", "東京の昼の景色"),
    ("夜空の下の城", "夕方にして", "夕方の空の下の城"),
    ("夕焼けの海", "夜にして", "夜の海"),
    ("真夜中の街", "早朝に変えて", "早朝の街"),
    ("富士山、夜", "お昼にして", "富士山、昼"),
    ("春の京都", "季節を秋に", "秋の京都"),
    ("真夏の海", "冬にしてほしい", "冬の海"),
    ("冬の雪景色", "夏にして", "夏の景色"),
    ("雨の街", "晴れにして", "晴れた街"),
    ("雨の降る街", "雪にして", "雪の街"),
    ("雨が降っている街", "天気を晴れに", "晴れた街"),
    ("晴れた日の公園", "雨にして", "雨の日の公園"),
    ("雪の中の犬", "雨にして", "雨の中の犬"),
    ("青空の下の犬", "曇りにして", "曇りの空の下の犬"),
    # how many, where, which way, what shape
    ("3匹の猫", "5匹にして", "5匹の猫"),
    ("猫3匹", "2匹にして", "猫2匹"),
    ("猫が二匹", "三匹に変えて", "猫が三匹"),
    ("猫", "3匹にして", "3匹の猫"),
    ("白い猫", "猫を2匹に", "2匹の白い猫"),
    ("3匹の白い猫", "猫を1匹に減らして", "1匹の白い猫"),
    ("3匹の犬と2羽の鳥", "鳥を5羽にして", "3匹の犬と5羽の鳥"),
    ("一人の女の子", "ふたりにして", "ふたりの女の子"),
    ("猫", "猫を増やして", "たくさんの猫"),
    ("左に犬", "右にして", "右に犬"),
    ("左に犬、右に猫", "左右を逆にして", "右に犬、左に猫"),
    ("左に犬", "犬を真ん中に", "真ん中に犬"),
    ("犬", "犬を右に", "右に犬"),
    ("画面の左側に木", "右側にして", "右側に木"),
    ("左向きの犬", "右向きにして", "右向きの犬"),
    ("丸い皿", "四角くして", "四角い皿"),
    ("三角の皿", "丸にして", "丸い皿"),
    # what else excludes each other
    ("大きな犬", "小さくして", "小さい犬"),
    ("大きな木の下の小さい猫", "大きくして", "大きな木の下の大きい猫"),
    ("静かな街", "にぎやかにして", "にぎやかな街"),
    ("古い家", "家を新しくして", "新しい家"),
    ("部屋", "部屋を静かに", "静かな部屋"),
    ("猫", "猫をふわふわにして", "ふわふわの猫"),
    ("笑顔の女の子", "泣き顔にして", "泣き顔の女の子"),
    ("笑っている女の子", "怒った顔にして", "怒った顔の女の子"),
    ("白い猫", "犬にして", "白い犬"),
    ("赤い車", "青い車にして", "青い車"),
    ("森の中の家", "海辺にして", "海辺の家"),
    ("公園で遊ぶ犬", "場所を海辺に", "海辺で遊ぶ犬"),
    ("水彩風の富士山", "油絵風にして", "富士山、油絵風"),
    ("猫と月", "月を消して", "猫"),
    ("黒猫", "猫を白くして", "白い猫"),
    ("犬と青い背景", "背景を消して", "犬"),
    ("夜の海", "昼の海にして", "昼の海"),
    ("夏の夜の海", "冬の朝にして", "冬の朝の海"),
    ("雪の降る街", "夏にして", "夏の街"),
    ("5人の侍", "7人に増やして", "7人の侍"),
    ("青空の街", "空を赤く", "赤い空の街"),
]
STAYS = [  # words that are no such words, and what would be guessing
    ("夜桜", "昼にして", "夜桜、昼"),
    ("雪だるま", "雨にして", "雪だるま、雨"),
    ("犬と猫", "うさぎにして", "犬と猫、うさぎ"),
    ("山と湖", "森にして", "山と湖、森"),
    ("富士山", "海にして", "富士山、海"),
    ("水の中の魚", "赤くして", "水の中の赤い魚"),
    ("海に沈む夕日", "夜にして", "海に沈む夕日、夜"),
    ("犬と猫", "青くして", "犬と猫、青い"),
    ("子猫", "猫を黒くして", "黒い子猫"),
    ("星空の下の家", "空を赤く", "赤い星空の下の家"),
]


EVERY = [*CHANGES, *INSTEAD, *STAYS]


@pytest.mark.parametrize(("before", "text", "after"), EVERY)
def test_what_it_changes(before: str, text: str, after: str) -> None:
    wanted = change(clean(text))
    assert wanted is not None
    assert may_change(clean(text))
    assert wanted.refers or wanted.fits(before)
    assert apply(wanted, read(before)).prompt == after


@pytest.mark.parametrize(
    "text",
    [
        *("赤いりんご", "夜の街", "海に沈む夕日", "この世の終わり", "今の東京", "前の席の犬"),
        *("犬の絵にして", "これからの街", "それぞれの道", "夜の富士山、浮世絵風 4枚", "もっと"),
    ],
)
def test_wishes_are_no_changes(text: str) -> None:
    assert change(clean(text)) is None


def test_what_is_said_of_something_that_is_not_there() -> None:
    wanted = change("富士山を浮世絵風に")
    assert wanted is not None
    assert not wanted.fits("猫")
    assert wanted.fits("夜の富士山")


def test_what_else_is_asked_for_goes_with_it() -> None:
    wanted = change("横長で、4枚、人物なし、シード5、丁寧に")
    assert wanted is not None
    new = apply(wanted, read("猫と犬なし、人物"))
    assert (new.width, new.count, new.seed, new.effort) == (768, 4, 5, "careful")
    assert "人物" in new.negative
    kept = apply(parse("夜"), read("猫、縦長、3枚、シード9、文字なし"))
    assert (kept.height, kept.count, kept.seed, kept.negative) == (768, 3, 9, "文字")


def test_what_is_taken_away_may_come_back() -> None:
    gone = apply(parse("月を消して"), read("猫"))
    assert gone.negative == "月"
    back = apply(parse("月を追加して"), gone)
    assert (back.prompt, back.negative) == ("猫、月", "")


def test_a_prompt_that_grows_too_long_is_told() -> None:
    old = read("猫" * (MAX_PROMPT - 2))
    assert apply(parse("赤い帽子"), old).problem == "too_long"


@given(st.text(max_size=40), st.sampled_from([it[0] for it in EVERY]))
def test_whatever_is_said_it_never_raises_nor_loses_the_prompt(text: str, before: str) -> None:
    new = apply(parse(clean(text)), read(before))
    assert new.prompt


@pytest.mark.parametrize(
    "piece", ["してで", "、を", "もっと", "じゃなくて", "てくれ", "同じ絵を", "やっぱり"]
)
def test_a_hostile_text_costs_little(piece: str) -> None:
    text = (piece * MAX_PROMPT)[:MAX_PROMPT]
    began = time.process_time()
    change(text)
    assert time.process_time() - began < 1  # measured: under 0.1


SUBJECTS = ("富士山", "白い犬", "女の子", "りんご", "3匹の猫", "赤い車")
OF_IT = tuple(
    it[1]
    for it in INSTEAD
    if not re.search("犬|猫|車|家|鳥|部屋|髪|服|目|着物|屋根|海辺|左右", it[1])
)


@given(
    st.sampled_from(SUBJECTS),
    st.sampled_from(("", "夜の", "青い背景の", "海辺を歩く", "雨の降る街の", "左に")),
    st.lists(st.sampled_from(OF_IT), max_size=5),
)
def test_whatever_is_changed_about_it_it_stays_what_it_is(
    subject: str, where: str, texts: list[str]
) -> None:
    reading = read(f"{where}{subject}")
    for text in texts:
        reading = apply(parse(clean(text)), reading)
    thing = re.split("[のい匹]", subject)[-1] if subject != "女の子" else subject
    assert thing in reading.prompt
    assert "のの" not in reading.prompt
    assert "、、" not in reading.prompt


@given(st.lists(st.sampled_from([it[1] for it in EVERY]), max_size=6))
def test_changes_upon_changes_leave_a_prompt(texts: list[str]) -> None:
    reading = read("猫と月")
    for text in texts:
        reading = apply(parse(clean(text)), reading)
        assert reading.prompt
        assert reading.problem is None
        assert "、、" not in reading.prompt
