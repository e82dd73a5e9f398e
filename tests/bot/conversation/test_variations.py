"""Going on from a picture: its buttons, words about it, and quoting it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert

from bot import jobs, messages
from bot.jobs import CANCELLED, DELIVERED
from bot.prompt import StoredRequest, read
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.store import message_refs, outbox, schema
from bot.store.clock import now
from bot.tasks.delivery import Courier
from bot.texts import gettext
from inference.models.catalog import ModelInfo
from tests.bot.conversation.test_router import HARUTO, Talk, bring_to, kinds
from tests.bot.harness import AOI, House, Line, event, in_group

LARGE = ModelInfo("large", "cpu", "float32", 512, 50, 7.5, "", safety_checker=False)
SMALL = replace(LARGE, native_size=96)


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, replace(settings, max_queued_per_person=50))


def painted(talk: Talk, text: str = "朝の富士山、浮世絵風", **fields: Any) -> dict[str, Any]:
    """A picture (of the seed 7) that was delivered."""
    talk.says(text, **fields)
    job = talk.jobs[-1]
    bring_to(talk.house, job["id"], DELIVERED)
    return job


def tap(talk: Talk, data: str, **fields: Any) -> list[TaskMessage]:
    return talk.tell(event(type="postback", postback={"data": data}, **fields))


def request(talk: Talk) -> dict[str, Any]:
    result: dict[str, Any] = talk.jobs[-1]["request"]
    return result


def quoting(text: str, message_id: str, **fields: Any) -> dict[str, Any]:
    made = event(text, **fields)
    made["message"]["quotedMessageId"] = message_id
    return made


# --- which picture, and back again


def test_one_of_several_is_named_by_its_place(talk: Talk) -> None:
    painted(talk, "海を2枚")
    stored_ones = talk.house.rows(schema.pictures)
    talk.house.set(schema.pictures, schema.pictures.c.key == stored_ones[0]["key"], position=1)
    talk.house.set(schema.pictures, schema.pictures.c.position == 1, seed=8)
    talk.says("2枚目をもっと明るく")
    kept = request(talk)
    assert (kept["prompt"], kept["seed"], kept["count"]) == ("海、明るい", 8, 1)
    talk.says("３枚目を夜にして")  # there is none
    assert request(talk)["prompt"] in {"海、明るい", "3枚目を夜にして"}, "asked about, or a wish"


def test_a_button_may_be_said_of_one_of_several(talk: Talk) -> None:
    painted(talk, "海を2枚")
    talk.says("1枚目を高精細に")
    kept = request(talk)
    assert (kept["prompt"], kept["seed"], kept["effort"]) == ("海", 7, "careful")


def test_back_to_the_picture_of_before(talk: Talk) -> None:
    painted(talk)
    painted(talk, "夜にして")
    assert request(talk)["prompt"] == "夜の富士山、浮世絵風"
    talk.says("元に戻して！")
    assert (request(talk)["prompt"], request(talk)["seed"]) == ("朝の富士山、浮世絵風", 7)
    before = len(talk.jobs)
    talk.tell(event(type="unsend", unsend={"messageId": talk.jobs[0]["message_id"]}))
    bring_to(talk.house, talk.jobs[-1]["id"], DELIVERED)
    talk.says("前の絵に戻して")  # there was nothing before the first
    assert len(talk.jobs) == before
    assert gettext("going_on.no_change", "ja") in talk.answers[-1]


@pytest.mark.parametrize(
    "text",
    [
        *("夜にする前のに戻しちくり", "さっきの方がよくない？戻そう", "いまのへんこうとりけし"),
        *("取り消しでお願いします", "オリジナルに戻して", "なんか暗いし、前のに戻す"),
    ],
)
def test_back_in_other_words_once_something_was_changed(talk: Talk, text: str) -> None:
    painted(talk)
    painted(talk, "夜にして")
    talk.says(text)
    assert (request(talk)["prompt"], request(talk)["seed"]) == ("朝の富士山、浮世絵風", 7)


@pytest.mark.parametrize(
    ("text", "prompt", "count", "way"),
    [
        ("おかわり！", "海", 1, "again"),
        ("もう2つほど案がほしいです", "海", 2, "again"),
        ("さっきのと似たのをあと二枚", "海", 2, "similar"),
        ("もっとたくさん見せて", "海", 4, "four"),
    ],
)
def test_more_in_other_words(talk: Talk, text: str, prompt: str, count: int, way: str) -> None:
    painted(talk, "海")
    talk.says(text)
    made = request(talk)
    assert (made["prompt"], made.get("count", 1), made["way"]) == (prompt, count, way)


def test_what_is_under_way_is_asked_after_and_dropped_in_any_words(talk: Talk) -> None:
    talk.says("りんご")
    for text in ("もうできたころ？", "頼んだやつどうなりました？", "描いてる途中？"):
        talk.says(text)
        assert talk.jobs[0]["number"] in talk.answers[-1], text
    talk.says("ごめん間違えた")
    assert talk.jobs[0]["state"] == "queued", "a mistake in what?"
    talk.says("いまのキャンセルさせて")
    assert [job["state"] for job in talk.jobs] == ["cancelled"]


def test_a_change_that_changes_nothing_is_said_to(talk: Talk) -> None:
    painted(talk, "夜の富士山")
    before = len(talk.jobs)
    for text in ("さっきのを夜にして", "夜にして", "夜バージョンで"):
        talk.says(text)
        assert gettext("going_on.same", "ja") in talk.answers[-1], text
    assert len(talk.jobs) == before


def four_painted(talk: Talk) -> None:
    painted(talk, "海を4枚")
    [stored] = talk.house.rows(schema.pictures)
    with talk.house.database.write() as db:
        for position in range(1, 4):
            other = {"position": position, "seed": stored["seed"] + position}
            keys = {name: f"{stored[name]}{position}" for name in ("key", "preview_key")}
            db.execute(insert(schema.pictures).values(**stored | other | keys))


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("右下", 3), ("左上のやつがいい", 0), ("3番", 2), ("2番目", 1), ("最後の", 3),
        ("一番左", 0), ("いちばん右の", 3), ("左から2番目", 1), ("右から2番目のやつ", 2),
        ("上の左", 0), ("下の段の右がいい", 3), ("ひだりした", 2), ("上から2段目の1番目", 2),
        ("①がいい", 0), ("上の右", 1), ("みっつめ", 2), ("4", 3), ("2枚目がかわいい", 1),
        ("1と迷ったけど4やな", 3), ("1ばんかわいいのは、ひだりしたのやつ", 2),
        ("3がいちばん雰囲気でてるね、3ちょうだい", 2),
    ],
)  # fmt: skip
def test_one_of_four_is_chosen_and_meant_next(talk: Talk, text: str, position: int) -> None:
    four_painted(talk)
    talk.says(text)
    assert gettext("going_on.chosen", "ja", nth=position + 1) in talk.answers[-1]
    assert f":{talk.jobs[-1]['number']}:{position}" in talk.answers[-1], "its chips"
    talk.says("夜にして")
    kept = request(talk)
    assert (kept["prompt"], kept["seed"], kept["count"]) == ("海、夜", 7 + position, 1)


@pytest.mark.parametrize(
    "text",
    [
        "ビフォーで",
        "夜にしたの失敗やったわ",
        "変えんほうがよかったな",
        "いっこまえ",
        "undo pls",
        "go back",
    ],
)
def test_the_change_is_taken_back_in_whatever_words(talk: Talk, text: str) -> None:
    painted(talk, "お城")
    painted(talk, "夜にして")
    before = len(talk.jobs)
    talk.says(text)
    assert len(talk.jobs) == before + 1
    assert request(talk)["prompt"] == "お城"


def test_one_of_several_is_what_one_goes_back_to(talk: Talk) -> None:
    four_painted(talk)
    talk.says("4番")
    talk.says("夜にして")
    bring_to(talk.house, talk.jobs[-1]["id"], DELIVERED)
    talk.says("元に戻して")
    kept = request(talk)
    assert (kept["prompt"], kept["seed"], kept.get("count", 1)) == ("海", 10, 1)


@pytest.mark.parametrize("source", [None, in_group()])
def test_a_tap_chooses_one_of_four(talk: Talk, source: dict[str, Any] | None) -> None:
    four_painted(talk)
    if source:
        talk.house.change(talk.jobs[-1]["id"], chat_id=source["groupId"], chat_kind="group")
    number = talk.jobs[-1]["number"]
    tap(talk, f"choose:{number}:2", source=source)
    for action in ("similar", "fine", "change", "details"):
        assert f"{action}:{number}:2" in talk.answers[-1]
    tap(talk, f"similar:{number}:2", source=source)
    positions = {row["position"]: row["key"] for row in talk.house.rows(schema.pictures)}
    assert request(talk)["source"] == positions[2]


def test_a_tap_weeks_later_chooses_the_picture_that_words_mean(talk: Talk) -> None:
    four_painted(talk)
    number, job_id = talk.jobs[-1]["number"], talk.jobs[-1]["id"]
    talk.house.change(job_id, created_at=now() - 20 * 24 * 3600)
    tap(talk, f"choose:{number}:1")
    talk.says("もっと明るく")
    new = next(job for job in talk.jobs if job["id"] != job_id)
    assert (new["request"]["prompt"], new["request"]["seed"]) == ("海、明るい", 8)


def test_after_a_choice_another_wish_is_a_wish(talk: Talk) -> None:
    four_painted(talk)
    tap(talk, f"choose:{talk.jobs[-1]['number']}:1")
    talk.says("赤い車")
    assert (request(talk)["prompt"], talk.jobs[-1]["parent_id"]) == ("赤い車", None)


def test_what_is_chosen_must_be_there(talk: Talk) -> None:
    four_painted(talk)
    job = talk.jobs[-1]
    for position in ("7", "", "x"):
        tap(talk, f"choose:{job['number']}:{position}")
        assert messages.picture_gone("ja")[0]["text"] in talk.answers[-1]
    talk.tell(event(type="unsend", unsend={"messageId": job["message_id"]}))
    for data in (f"choose:{job['number']}:1", f"details:{job['number']}:1"):
        tap(talk, data)
        assert messages.picture_gone("ja")[0]["text"] in talk.answers[-1]


@pytest.mark.parametrize("text", ["くわしく", "詳しく教えて", "details", "シードは？"])
def test_the_numbers_are_told_by_tap_and_by_word(talk: Talk, text: str) -> None:
    four_painted(talk)
    job = talk.jobs[-1]
    talk.house.change(job["id"], steps=20)
    tap(talk, f"details:{job['number']}:0")
    tapped = talk.answers[-1]
    [parsed] = json.loads(tapped)
    assert f"受付番号 {job['number']}" in parsed["text"]
    assert "シード 7\nステップ 20\n大きさ 64×64" in parsed["text"]
    talk.says(text)
    assert "シード 7, 8, 9, 10" in talk.answers[-1]
    tap(talk, f"choose:{job['number']}:2")
    talk.says(text)
    assert "シード 9\\n" in talk.answers[-1]
    assert len(talk.jobs) == 1, "nothing is painted"


def test_without_a_picture_there_is_nothing_to_tell(talk: Talk) -> None:
    assert kinds(talk.says("くわしく")) == ["send"]
    assert talk.jobs == []


def test_who_chose_english_changes_and_chooses_in_it(talk: Talk) -> None:
    four_painted(talk)
    talk.house.set(schema.chats, schema.chats.c.id == AOI, language="en")
    talk.says("the top right one")
    assert gettext("going_on.chosen", "en", nth=2) in talk.answers[-1]
    talk.says("make it night")
    assert (request(talk)["prompt"], request(talk)["seed"]) == ("海、夜", 8)


def test_more_than_four_are_said_to_be_four(talk: Talk) -> None:
    painted(talk, "海を10枚")
    stored = StoredRequest.from_json(request(talk))
    assert (stored.count, stored.capped) == (4, True)
    sentence = gettext("reading.capped", "ja", limit=4)
    assert sentence in messages.prompt_summary.summary_text(stored, "ja")
    talk.says("あと2枚")
    extra = StoredRequest.from_json(request(talk))
    assert (extra.prompt, extra.count, extra.seed, extra.capped) == ("海", 2, None, False)
    assert sentence not in messages.prompt_summary.summary_text(extra, "ja")


def test_a_place_in_the_picture_is_no_choice(talk: Talk) -> None:
    four_painted(talk)
    talk.says("左上に月を入れて")
    assert (request(talk)["prompt"], request(talk)["count"]) == ("海、左上に月", 4)


def test_what_is_said_before_a_change_does_not_hinder_it(talk: Talk) -> None:
    painted(talk)
    talk.says("いいね！夜にして")
    assert request(talk)["prompt"] == "夜の富士山、浮世絵風"
    bring_to(talk.house, talk.jobs[-1]["id"], DELIVERED)
    talk.says("すごい！もう1枚お願い！")
    assert (request(talk)["prompt"], request(talk)["way"]) == ("夜の富士山、浮世絵風", "again")


# --- another picture from the same seed


def test_another_wish_from_the_seed_of_before(talk: Talk) -> None:
    painted(talk)  # of the seed 7
    talk.says("さっきと同じシードで、赤い車を横長で")
    kept = request(talk)
    assert (kept["prompt"], kept["seed"], kept["width"]) == ("赤い車", 7, 768)
    assert kept.get("way") is None  # so that the seed is told


def test_the_seed_of_a_picture_that_is_not_there_is_no_seed(talk: Talk) -> None:
    talk.says("同じシードで赤い車")
    assert request(talk)["seed"] is None


# --- buttons


LANDSCAPE = (768, 512)


@pytest.mark.parametrize(
    ("text", "way", "count", "size"),
    [
        ("似たやつを2枚ください", "similar", 2, None),
        ("似た絵をあと3枚", "similar", 3, None),
        ("似た雰囲気で九枚お願い", "similar", 4, None),
        ("似たのを二、三枚見たい", "similar", 3, None),
        ("同じような感じで3枚", "again", 3, None),
        ("もう一度、2枚で", "again", 2, None),
        ("似たのを見たい", "similar", 1, None),
        ("似たのを横長で2枚", "similar", 2, LANDSCAPE),
        ("似た感じで横長", "similar", 1, LANDSCAPE),
        ("横長でもう一度", "again", 1, LANDSCAPE),
    ],
)
def test_others_like_it_are_as_many_and_as_wide_as_was_said(
    talk: Talk, text: str, way: str, count: int, size: tuple[int, int] | None
) -> None:
    painted(talk)
    talk.says(text)
    kept = request(talk)
    assert (kept["prompt"], kept["way"], kept["count"]) == ("朝の富士山、浮世絵風", way, count)
    assert (kept["width"], kept["height"]) == (size or (None, None))
    from_picture = way == "similar" and size is None
    assert (kept.get("source") is not None) == from_picture, "cut to another shape it loses half"


@pytest.mark.parametrize("action", ["again", "similar", "four", "fine"])
def test_a_button_makes_a_job_that_comes_from_the_picture(talk: Talk, action: str) -> None:
    job = painted(talk)
    talk.house.change(job["id"], created_at=now() - 60 * 24 * 3600)  # weeks ago
    replies = tap(talk, f"{action}:{job['number']}:0")
    new = next(item for item in talk.jobs if item["id"] != job["id"])
    assert replies == [TaskMessage("draw", new["id"]), TaskMessage("show_loading", new["id"])]
    assert new["parent_id"] == job["id"]
    kept = new["request"]
    assert (kept["prompt"], kept["styles"], kept["way"]) == (
        job["request"]["prompt"], ["浮世絵風"], action,
    )  # fmt: skip
    picture = talk.house.rows(schema.pictures)[0]
    expected = {
        "again": {"seed": None, "count": 1},
        "similar": {"seed": None, "count": 1, "source": picture["key"], "strength": 0.5},
        "four": {"seed": None, "count": 4},
        "fine": {"seed": 7, "count": 1, "larger": picture["key"], "effort": "careful"},
    }[action]
    assert {name: kept[name] for name in expected} == expected
    assert new["asked"] == expected["count"]


def test_of_several_pictures_the_button_means_its_own(talk: Talk) -> None:
    talk.says("海、2枚")
    job = talk.house.claim(talk.jobs[0]["id"])
    assert job is not None
    from tests.bot.harness import stored as picture_of

    two = [picture_of(job, 0), picture_of(job, 1)._replace(seed=8)]
    with talk.house.database.write() as db:
        assert jobs.mark_drawn(db, job.id, "w", two, now())
    tap(talk, f"fine:{job.number}:1")
    assert (request(talk)["seed"], request(talk)["larger"]) == (8, two[1].key)
    tap(talk, f"fine:{job.number}:7")  # a picture that was withheld: the first there is
    assert request(talk)["seed"] == 7


def test_what_is_painted_of_the_levels(talk: Talk) -> None:
    job = painted(talk)
    tap(talk, f"fine:{job['number']}:0")
    kept = StoredRequest.from_json(request(talk))
    assert kept.start_key(LARGE) == kept.enlarge_key
    assert kept.start_key(SMALL) is None
    large = kept.draw_request(LARGE, b"x")
    assert (large.width, large.height, large.steps, large.strength) == (768, 768, 80, 0.4)
    small = kept.draw_request(SMALL)
    assert (small.width, small.steps, small.seed, small.image) == (None, 80, 7, None)
    tap(talk, f"similar:{job['number']}:0")
    similar = StoredRequest.from_json(request(talk)).draw_request(SMALL, b"x")
    assert (similar.image, similar.strength, similar.width) == (b"x", 0.5, None)


@pytest.mark.parametrize("data", ["again:000-000:0", "fine:", "similar:x:y:z", "change::9"])
def test_a_button_of_a_picture_that_is_gone_is_answered_kindly(talk: Talk, data: str) -> None:
    assert kinds(tap(talk, data)) == ["send"]
    assert messages.picture_gone("ja")[0]["text"] in talk.answers[-1]
    assert talk.jobs == []


def test_an_erased_picture_is_not_gone_on_from(talk: Talk) -> None:
    job = painted(talk)
    talk.tell(event(type="unsend", unsend={"messageId": job["message_id"]}))
    assert kinds(tap(talk, f"again:{job['number']}:0")) == ["send"]
    assert len(talk.jobs) == 1
    with talk.house.database.write() as db:
        jobs.mark_erased(db, job["id"])
    tap(talk, f"again:{job['number']}:0")
    assert [messages.picture_gone("ja")[0]["text"] in message for message in talk.answers] == [
        True,
        True,
    ]


def test_a_button_works_in_its_own_chat_only(talk: Talk) -> None:
    job = painted(talk)
    assert kinds(tap(talk, f"again:{job['number']}:0", source=in_group())) == ["send"]
    assert len(talk.jobs) == 1


def test_taking_back_the_words_takes_along_what_came_of_them(talk: Talk) -> None:
    job = painted(talk)
    tap(talk, f"again:{job['number']}:0")
    talk.says("もっと明るく")
    assert len(talk.jobs) == 3
    replies = talk.tell(event(type="unsend", unsend={"messageId": job["message_id"]}))
    assert {message.id for message in replies} == {job["id"] for job in talk.jobs}
    assert all(job["request"] is None for job in talk.jobs)
    assert [job["state"] for job in talk.jobs] == [DELIVERED, CANCELLED, CANCELLED]


def test_a_list_that_has_grown_since_refuses_the_old_prompt(talk: Talk) -> None:
    job = painted(talk)
    request = {**job["request"], "prompt": "裸の女性"}
    talk.house.change(job["id"], request=request)
    assert kinds(tap(talk, f"again:{job['number']}:0")) == ["send"]
    assert len(talk.jobs) == 1


# --- words


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("さっきのを夜にして", "夜の富士山、浮世絵風"),
        ("夜にして", "夜の富士山、浮世絵風"),
        ("もっと明るく", "朝の富士山、浮世絵風、明るい"),
        ("富士山を桜島に変えて", "朝の桜島、浮世絵風"),
        ("背景を青に", "朝の富士山、浮世絵風、青い背景"),
        ("この絵を水彩画にしてください", "朝の富士山、水彩風"),
        ("月を追加して", "朝の富士山、浮世絵風、月"),
    ],
)
def test_words_change_the_last_picture(talk: Talk, text: str, prompt: str) -> None:
    job = painted(talk)
    assert kinds(talk.says(text)) == ["draw", "show_loading"]
    assert (request(talk)["prompt"], request(talk)["seed"]) == (prompt, 7)
    assert talk.jobs[-1]["parent_id"] == job["id"]


def test_steering_words_alone_change_it_too(talk: Talk) -> None:
    painted(talk)
    talk.says("横長で、人物なし")
    kept = request(talk)
    assert (kept["width"], kept["negative_prompt"], kept["seed"]) == (768, "人物", 7)
    assert kinds(talk.says("もう一度")) == ["send"], "of what is under way there is no other yet"
    bring_to(talk.house, talk.jobs[-1]["id"], DELIVERED)
    talk.says("もう一度")
    assert (request(talk)["seed"], request(talk)["way"]) == (None, "again")
    assert request(talk)["negative_prompt"] == "人物"


@pytest.mark.parametrize("text", ["赤いりんご", "夜の街", "犬を猫に変える魔法使い", "前の席の犬"])
def test_a_wish_stays_a_wish(talk: Talk, text: str) -> None:
    painted(talk)
    talk.says(text)
    assert talk.jobs[-1]["parent_id"] is None
    assert request(talk)["prompt"] == text


def test_what_is_said_of_something_else_is_a_wish(talk: Talk) -> None:
    painted(talk)
    talk.says("勇者をドット絵風にして")
    assert talk.jobs[-1]["parent_id"] is None


def test_after_an_hour_only_what_speaks_of_it_means_it(talk: Talk) -> None:
    job = painted(talk)
    talk.house.change(job["id"], created_at=now() - 2 * 3600)
    talk.says("もっと明るく")
    assert talk.jobs[-1]["parent_id"] is None
    talk.house.change(talk.jobs[-1]["id"], created_at=now() - 3 * 3600)
    talk.says("さっきのをもっと明るく")
    assert talk.jobs[-1]["parent_id"] == job["id"]


@pytest.mark.parametrize("text", ["さっきのを夜にして", "もう一度", "似た絵", "この絵を変える"])
def test_without_a_picture_it_is_said_kindly(talk: Talk, text: str) -> None:
    assert kinds(talk.says(text)) == ["send"]
    assert messages.no_previous_picture("ja")[0]["text"] in talk.answers[0]
    assert talk.jobs == []


def test_a_change_to_what_is_not_painted_is_refused(talk: Talk) -> None:
    painted(talk, "立っている女性")
    assert kinds(talk.says("女性を裸の女性に変えて")) == ["send"]
    assert len(talk.jobs) == 1


def test_in_a_group_ones_own_last_picture_is_meant(talk: Talk) -> None:
    talk.in_group("朝の海")
    bring_to(talk.house, talk.jobs[0]["id"], DELIVERED)
    assert talk.in_group("夜にして", mention=False) == []
    talk.in_group("夜にして", user=HARUTO)
    assert talk.jobs[-1]["parent_id"] is None
    talk.in_group("夜にして")
    assert request(talk)["prompt"] == "夜の海"


# --- asked what to change


def test_who_is_asked_what_to_change_may_answer_anything(talk: Talk) -> None:
    first = painted(talk, "猫")
    painted(talk, "犬")
    assert kinds(tap(talk, f"change:{first['number']}:0")) == ["send"]
    assert first["number"] in talk.answers[-1]
    talk.says("赤い帽子")
    assert (request(talk)["prompt"], request(talk)["seed"]) == ("猫、赤い帽子", 7)
    assert talk.jobs[-1]["parent_id"] == first["id"]
    talk.says("チューリップ")  # answered once; now it is a wish
    assert talk.jobs[-1]["parent_id"] is None


def test_who_was_asked_may_think_better_of_it(talk: Talk) -> None:
    job = painted(talk)
    tap(talk, f"change:{job['number']}:0")
    talk.says("りんごを描いて")
    assert (talk.jobs[-1]["parent_id"], request(talk)["prompt"]) == (None, "りんご")
    tap(talk, f"change:{job['number']}:0")
    talk.house.set(schema.changing, schema.changing.c.job_id == job["id"], at=now() - 700)
    talk.says("赤い帽子")
    assert talk.jobs[-1]["parent_id"] is None


@pytest.mark.parametrize("text", ["やっぱり変えなくていい", "やっぱやめとく", "キャンセル"])
def test_who_was_asked_may_leave_it_as_it_is(talk: Talk, text: str) -> None:
    job = painted(talk)
    tap(talk, f"change:{job['number']}:0")
    talk.says(text)
    assert gettext("going_on.kept", "ja") in talk.answers[-1]
    talk.says("赤い帽子")
    assert [row["parent_id"] for row in talk.jobs] == [None, None], "nothing is asked any more"


@pytest.mark.parametrize("text", ["さっきの絵もっかい送って", "送り直してくれんね"])
def test_a_picture_is_sent_again_at_no_cost(talk: Talk, text: str) -> None:
    job = painted(talk)
    talk.says(text)
    resent = talk.house.deliveries()[-1]
    assert (resent["kind"], resent["job_id"]) == (outbox.RESEND, job["id"])
    assert len(talk.jobs) == 1


def test_what_was_asked_is_forgotten_with_the_picture(talk: Talk) -> None:
    job = painted(talk)
    tap(talk, f"change:{job['number']}:0")
    with talk.house.database.write() as db:
        message_refs.record(db, job["id"], [("m1", {"type": "image"})])
        jobs.mark_erased(db, job["id"])
    assert talk.house.rows(schema.changing) == talk.house.rows(schema.shown) == []


# --- quoting


def test_quoting_a_picture_changes_that_one(talk: Talk) -> None:
    job = painted(talk, "朝の海、2枚")
    painted(talk, "犬")
    with talk.house.database.write() as db:
        sent = [("b1", {"type": "image"}), ("b2", {"type": "image"}), ("b3", {"type": "text"})]
        message_refs.record(db, job["id"], sent)
    talk.tell(quoting("夜", "b1"))
    kept = request(talk)
    assert (kept["prompt"], kept["seed"], kept["count"]) == ("夜の海", 7, 1)
    talk.tell(quoting("夜にして", "b3"))
    assert (request(talk)["prompt"], request(talk)["count"]) == ("夜の海", 2)
    talk.tell(quoting("似た絵", "b1"))
    assert request(talk)["way"] == "similar"
    talk.tell(quoting("夜にして", job["message_id"]))  # the words that it came from
    assert talk.jobs[-1]["parent_id"] == job["id"]


def test_in_a_group_a_reply_to_its_own_picture_needs_no_mention(talk: Talk) -> None:
    talk.in_group("朝の海")
    job = talk.jobs[0]
    bring_to(talk.house, job["id"], DELIVERED)
    with talk.house.database.write() as db:
        message_refs.record(db, job["id"], [("b1", {"type": "image"})])
    talk.tell(quoting("夜にして", "b1", source=in_group(HARUTO)))
    assert (request(talk)["prompt"], talk.jobs[-1]["user_id"]) == ("夜の海", HARUTO)
    assert talk.tell(quoting("かわいい！", "b1", source=in_group(HARUTO))) == []
    tap(talk, f"change:{job['number']}:0", source=in_group(HARUTO))
    talk.tell(quoting("赤い帽子", "b1", source=in_group(HARUTO)))
    assert request(talk)["prompt"] == "朝の海、赤い帽子"
    assert talk.tell(quoting("いいね", job["message_id"], source=in_group(HARUTO))) == []
    assert talk.tell(quoting("いいね", "nobody's", source=in_group(HARUTO))) == []
    # A message id of this chat opens nothing in another.
    talk.tell(quoting("赤いりんご", "b1"))
    assert talk.jobs[-1]["parent_id"] is None


@pytest.mark.slow
def test_the_messages_of_a_delivery_can_be_quoted(
    house: House, line: Line, courier: Courier, settings: Settings
) -> None:
    job_id = house.drawn(token=line.token())
    courier.deliver(job_id)
    shown = {row["message_id"]: row["position"] for row in house.rows(schema.shown)}
    assert [shown[message.id] for message in line.bot_messages(AOI)] == [0, None]
    talk = Talk(house, settings)
    tap_text = json.dumps([message.raw for message in line.bot_messages(AOI)], ensure_ascii=False)
    assert f"again:{house.job(job_id).number}:0" in tap_text
    talk.tell(quoting("もっと明るく", line.bot_messages(AOI)[0].id))
    assert talk.jobs[-1]["parent_id"] == job_id


@pytest.mark.parametrize(
    "text", ["海", "夜の富士山を浮世絵風に、横長で4枚、人物なし、シード42、丁寧に"]
)
def test_a_stored_request_reads_back_as_it_was(text: str) -> None:
    reading = read(text)
    assert StoredRequest.from_reading(reading).reading() == reading
