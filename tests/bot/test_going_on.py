"""Going on from a picture: its buttons, words about it, and quoting it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from bot import jobs, messages, showing, tables
from bot.database import now
from bot.delivery import Courier
from bot.jobs import CANCELLED, DELIVERED
from bot.prompt import read, reading_of, request_of, source_of, stored
from bot.queue import Wake
from bot.settings import Settings
from bot.texts import say
from inference.catalog import ModelInfo
from tests.bot.house import AOI, House, Line, event, in_group
from tests.bot.test_conversation import HARUTO, Talk, bring_to, kinds

LARGE = ModelInfo("large", "cpu", "float32", 512, 50, 7.5, "", safety_checker=False)
SMALL = replace(LARGE, native_size=96)


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, replace(settings, max_queued_per_person=50))


def painted(talk: Talk, text: str = "朝の富士山、浮世絵風", **more: Any) -> dict[str, Any]:
    """A picture (of the seed 7) that was delivered."""
    talk.says(text, **more)
    job = talk.jobs[-1]
    bring_to(talk.house, job["id"], DELIVERED)
    return job


def tap(talk: Talk, data: str, **more: Any) -> list[Wake]:
    return talk.tell(event(type="postback", postback={"data": data}, **more))


def request(talk: Talk) -> dict[str, Any]:
    found: dict[str, Any] = talk.jobs[-1]["request"]
    return found


def quoting(text: str, message_id: str, **more: Any) -> dict[str, Any]:
    made = event(text, **more)
    made["message"]["quotedMessageId"] = message_id
    return made


# --- which picture, and back again


def test_one_of_several_is_named_by_its_place(talk: Talk) -> None:
    painted(talk, "海を2枚")
    stored_ones = talk.house.rows(tables.pictures)
    talk.house.set(tables.pictures, tables.pictures.c.key == stored_ones[0]["key"], position=1)
    talk.house.set(tables.pictures, tables.pictures.c.position == 1, seed=8)
    talk.says("2枚目をもっと明るく")
    kept = request(talk)
    assert (kept["prompt"], kept["seed"], kept["count"]) == ("海、明るい", 8, 1)
    talk.says("３枚目を夜にして")  # there is none: a wish like any other
    assert request(talk)["prompt"] == "3枚目を夜にして"


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
    assert say("going_on.nothing") in talk.answers[-1]


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


@pytest.mark.parametrize("action", ["again", "similar", "four", "fine"])
def test_a_button_makes_a_job_that_comes_from_the_picture(talk: Talk, action: str) -> None:
    job = painted(talk)
    talk.house.change(job["id"], created_at=now() - 60 * 24 * 3600)  # weeks ago
    wakes = tap(talk, f"{action}:{job['number']}:0")
    new = next(it for it in talk.jobs if it["id"] != job["id"])
    assert wakes == [Wake("draw", new["id"]), Wake("show_loading", new["id"])]
    assert new["parent_id"] == job["id"]
    kept = new["request"]
    assert (kept["prompt"], kept["styles"], kept["way"]) == (
        job["request"]["prompt"], ["浮世絵風"], action,
    )  # fmt: skip
    picture = talk.house.rows(tables.pictures)[0]
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
    from tests.bot.house import stored as picture_of

    two = [picture_of(job, 0), picture_of(job, 1)._replace(seed=8)]
    with talk.house.database.write() as db:
        assert jobs.drawn(db, job.id, "w", two, now())
    tap(talk, f"fine:{job.number}:1")
    assert (request(talk)["seed"], request(talk)["larger"]) == (8, two[1].key)
    tap(talk, f"fine:{job.number}:7")  # a picture that was withheld: the first there is
    assert request(talk)["seed"] == 7


def test_what_is_painted_of_the_levels(talk: Talk) -> None:
    job = painted(talk)
    tap(talk, f"fine:{job['number']}:0")
    kept = request(talk)
    assert source_of(kept, LARGE) == kept["larger"]
    assert source_of(kept, SMALL) is None
    large = request_of({**kept, "image": b"x"}, LARGE)
    assert (large.width, large.height, large.steps, large.strength) == (768, 768, 80, 0.4)
    small = request_of(kept, SMALL)
    assert (small.width, small.steps, small.seed, small.image) == (None, 80, 7, None)
    tap(talk, f"similar:{job['number']}:0")
    similar = request_of({**request(talk), "image": b"x"}, SMALL)
    assert (similar.image, similar.strength, similar.width) == (b"x", 0.5, None)


@pytest.mark.parametrize("data", ["again:000-000:0", "fine:", "similar:x:y:z", "change::9"])
def test_a_button_of_a_picture_that_is_gone_is_answered_kindly(talk: Talk, data: str) -> None:
    assert kinds(tap(talk, data)) == ["send"]
    assert messages.gone()[0]["text"] in talk.answers[-1]
    assert talk.jobs == []


def test_an_erased_picture_is_not_gone_on_from(talk: Talk) -> None:
    job = painted(talk)
    talk.tell(event(type="unsend", unsend={"messageId": job["message_id"]}))
    assert kinds(tap(talk, f"again:{job['number']}:0")) == ["send"]
    assert len(talk.jobs) == 1
    with talk.house.database.write() as db:
        jobs.erased(db, job["id"])
    tap(talk, f"again:{job['number']}:0")
    assert [messages.gone()[0]["text"] in it for it in talk.answers] == [True, True]


def test_a_button_works_in_its_own_chat_only(talk: Talk) -> None:
    job = painted(talk)
    assert kinds(tap(talk, f"again:{job['number']}:0", source=in_group())) == ["send"]
    assert len(talk.jobs) == 1


def test_taking_back_the_words_takes_along_what_came_of_them(talk: Talk) -> None:
    job = painted(talk)
    tap(talk, f"again:{job['number']}:0")
    talk.says("もっと明るく")
    assert len(talk.jobs) == 3
    wakes = talk.tell(event(type="unsend", unsend={"messageId": job["message_id"]}))
    assert {it.id for it in wakes} == {it["id"] for it in talk.jobs}
    assert all(it["request"] is None for it in talk.jobs)
    assert [it["state"] for it in talk.jobs] == [DELIVERED, CANCELLED, CANCELLED]


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
    assert messages.nothing_to_go_on()[0]["text"] in talk.answers[0]
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
    talk.says("赤い帽子")  # answered once; now it is a wish
    assert talk.jobs[-1]["parent_id"] is None


def test_who_was_asked_may_think_better_of_it(talk: Talk) -> None:
    job = painted(talk)
    tap(talk, f"change:{job['number']}:0")
    talk.says("りんごを描いて")
    assert (talk.jobs[-1]["parent_id"], request(talk)["prompt"]) == (None, "りんご")
    tap(talk, f"change:{job['number']}:0")
    talk.house.set(tables.changing, tables.changing.c.job_id == job["id"], at=now() - 700)
    talk.says("赤い帽子")
    assert talk.jobs[-1]["parent_id"] is None


def test_what_was_asked_is_forgotten_with_the_picture(talk: Talk) -> None:
    job = painted(talk)
    tap(talk, f"change:{job['number']}:0")
    with talk.house.database.write() as db:
        showing.note(db, job["id"], [("m1", {"type": "image"})])
        jobs.erased(db, job["id"])
    assert talk.house.rows(tables.changing) == talk.house.rows(tables.shown) == []


# --- quoting


def test_quoting_a_picture_changes_that_one(talk: Talk) -> None:
    job = painted(talk, "朝の海、2枚")
    painted(talk, "犬")
    with talk.house.database.write() as db:
        sent = [("b1", {"type": "image"}), ("b2", {"type": "image"}), ("b3", {"type": "text"})]
        showing.note(db, job["id"], sent)
    talk.tell(quoting("夜", "b1"))
    kept = request(talk)
    assert (kept["prompt"], kept["seed"], kept["count"]) == ("朝の海、夜", 7, 1)
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
        showing.note(db, job["id"], [("b1", {"type": "image"})])
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
    shown = {it["message_id"]: it["position"] for it in house.rows(tables.shown)}
    assert [shown[it.id] for it in line.bot_messages(AOI)] == [0, None, None]
    talk = Talk(house, settings)
    tap_text = json.dumps([it.raw for it in line.bot_messages(AOI)], ensure_ascii=False)
    assert f"again:{house.job(job_id).number}:0" in tap_text
    talk.tell(quoting("もっと明るく", line.bot_messages(AOI)[0].id))
    assert talk.jobs[-1]["parent_id"] == job_id


@pytest.mark.parametrize(
    "text", ["海", "夜の富士山を浮世絵風に、横長で4枚、人物なし、シード42、丁寧に"]
)
def test_a_stored_request_reads_back_as_it_was(text: str) -> None:
    reading = read(text)
    assert asdict(reading_of(stored(reading))) == asdict(reading)
