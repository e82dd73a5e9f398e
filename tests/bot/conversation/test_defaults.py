"""A chat's own style and shape: said once, seen under each picture, taken back."""

from __future__ import annotations

import pytest

from bot.conversation.defaults import RESET_PHRASES, SHOW_PHRASES
from bot.prompt.request.default_wishes import parse_default
from bot.settings import Settings
from bot.store import chats, schema
from bot.texts import gettext
from tests.bot.conversation.test_router import HARUTO, Talk
from tests.bot.conversation.test_variations import painted, request, tap
from tests.bot.harness import AOI, GROUP, House


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def test_what_is_said_for_always_is_read() -> None:
    expected = {
        "いつもアニメ調で": (("アニメ調",), None),
        "いつもアニメ": (("アニメ調",), None),
        "いつも縦長": ((), 512),
        "いつも縦長で描いて": ((), 512),
        "これからは水彩で": (("水彩風",), None),
        "今後はずっと横長で": ((), 768),
        "いつも水彩で横長にして": (("水彩風",), 768),
        "毎回、浮世絵風に描いて": (("浮世絵風",), None),
        "いつも正方形でお願いします": ((), 512),
        "次から全部横長で": ((), 768),
        "今度から必ず縦長でお願いします": ((), 512),
        "以後ぜんぶ水彩画で": (("水彩風",), None),
        "次回以降はアニメ調でよろしく": (("アニメ調",), None),
        "デフォルトは正方形で": ((), 512),
        "今後は縦向きの絵で": ((), 512),
        "どの絵も縦長にしてほしい": ((), 512),
        "これからは全部アニメ風にしてほしい": (("アニメ調",), None),
        "次から水彩で描くようにして": (("水彩風",), None),
        "いつも横長になるよう設定しといて": ((), 768),
        "しばらく油絵で": (("油絵風",), None),
        "毎回縦長にしといてほしい": ((), 512),
        "ずっとアニメ調で描いといて": (("アニメ調",), None),
        "毎度アニメにしといてくれる？": (("アニメ調",), None),
        "常に正方形でお願いできる？": ((), 512),
        "基本水彩でいいよ": (("水彩風",), None),
    }
    result = {}
    for text in expected:
        reading = parse_default(text)
        result[text] = (reading.styles, reading.width) if reading else None
    assert result == expected


def test_a_wish_that_says_always_is_a_wish() -> None:
    wishes = (
        "いつも笑っている猫",
        "いつもの猫",
        "これからの街",
        "ずっと続く道",
        "いつも",
        "毎回違う猫",
        "次から次へと咲く花を描いて",
        "全部正方形で",
        "必ず横長で",
        "これから始まる冒険を大きく描いて",
        "今後の世界を水彩で描いて",
        "いつも早く描いてくれてありがとう",
        "毎回きれいだね",
        "いつもりんごでお願い",
        "しばらく歩いた先の森",
        "基本の形",
        "明日から冬になる街",
        "次の絵は正方形でお願い",
    )
    assert [text for text in wishes if parse_default(text)] == []


def test_the_defaults_hold_where_a_wish_says_nothing_else(talk: Talk) -> None:
    talk.says("いつもアニメ調で")
    assert gettext("defaults.style", "ja", style="アニメ調") in talk.answers[-1]
    talk.says("いつも縦長")
    assert talk.jobs == []
    talk.says("海")
    kept = request(talk)
    assert (kept["prompt"], kept["styles"]) == ("海 アニメ調", ["アニメ調"])
    assert (kept["width"], kept["height"]) == (512, 768)
    talk.says("山を水彩で、横長で")
    kept = request(talk)
    assert (kept["prompt"], kept["styles"], kept["width"]) == ("山 水彩風", ["水彩風"], 768)


@pytest.mark.parametrize(
    "text",
    ["毎回4枚で", "毎回1枚ずつで", "いつも人物なしで", "これからは必ず文字なしで頼みます",
     "常にていねいに", "次からもっとかわいく描いて", "今後は明るめにしてください"],
)  # fmt: skip
def test_what_no_chat_keeps_is_said_and_not_painted(talk: Talk, text: str) -> None:
    painted(talk, "海")
    talk.says(text)
    assert gettext("defaults.not_kept", "ja") in talk.answers[-1]
    assert len(talk.jobs) == 1
    talk.says("山")
    assert (request(talk)["prompt"], request(talk)["count"]) == ("山", 1)


def test_what_is_kept_is_told_from_what_is_not(talk: Talk) -> None:
    talk.says("次から水彩で4枚")
    assert gettext("defaults.style", "ja", style="水彩風") in talk.answers[-1]
    assert gettext("defaults.not_kept", "ja") in talk.answers[-1]
    talk.says("次から横長で")
    assert gettext("defaults.not_kept", "ja") not in talk.answers[-1]


def test_a_change_keeps_what_its_picture_has(talk: Talk) -> None:
    painted(talk, "朝の海")
    talk.says("いつも水彩で")
    talk.says("夜にして")
    assert request(talk)["prompt"] == "夜の海"


@pytest.mark.parametrize("text", SHOW_PHRASES.split())
def test_the_settings_are_shown(talk: Talk, text: str) -> None:
    talk.says(text)
    assert gettext("defaults.style", "ja", style="おまかせ") in talk.answers[-1]
    assert "defaults:reset" not in talk.answers[-1], "there is nothing to take back"
    talk.says("いつも横長で")
    talk.says(text)
    assert gettext("defaults.shape", "ja", shape="横長") in talk.answers[-1]
    assert "defaults:reset" in talk.answers[-1]


@pytest.mark.parametrize("text", [*RESET_PHRASES.split()[:3], None])
def test_the_settings_are_taken_back(talk: Talk, text: str | None) -> None:
    talk.says("いつも水彩で横長にして")
    if text:
        talk.says(text)
    else:
        tap(talk, "defaults:reset")
    assert gettext("defaults.reset_done", "ja") in talk.answers[-1]
    talk.says("海")
    assert (request(talk)["prompt"], request(talk)["width"]) == ("海", None)


def test_a_tap_sets_a_style_or_a_shape(talk: Talk) -> None:
    tap(talk, "defaults:style:水彩風")
    tap(talk, "defaults:shape:正方形")
    talk.says("海")
    assert (request(talk)["prompt"], request(talk)["width"]) == ("海 水彩風", 512)
    for unknown in ("defaults:style:知らない風", "defaults:shape:丸", "defaults:"):
        tap(talk, unknown)
        assert gettext("defaults.title", "ja") in talk.answers[-1]


def test_in_a_group_anybody_sets_them_for_that_group_alone(talk: Talk) -> None:
    talk.in_group("いつもアニメ調で", user=HARUTO)
    talk.in_group("海", user=AOI)
    assert request(talk)["prompt"] == "海 アニメ調"
    talk.says("海")
    assert request(talk)["prompt"] == "海"
    talk.in_group("設定をリセット", user=AOI)
    [group] = [row for row in talk.house.rows(schema.chats) if row["id"] == GROUP]
    assert (group["style"], group["shape"]) == (None, None)


def test_in_english(talk: Talk) -> None:
    with talk.house.database.write() as db:
        chats.touch(db, AOI, "user")
    talk.house.set(schema.chats, schema.chats.c.id == AOI, language="en")
    talk.says("always watercolour")
    assert gettext("defaults.set", "en") in talk.answers[-1]
    talk.says("a cat")
    assert request(talk)["styles"] == ["水彩風"]
    talk.says("settings")
    assert "watercolo" in talk.answers[-1].casefold()


def test_a_style_that_is_gone_is_passed_over(talk: Talk) -> None:
    talk.says("設定")
    talk.house.set(schema.chats, schema.chats.c.id == AOI, style="忘れられた風")
    talk.says("海")
    assert request(talk)["prompt"] == "海"
    talk.says("設定")
    assert gettext("defaults.style", "ja", style="おまかせ") in talk.answers[-1]
