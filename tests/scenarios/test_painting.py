"""Somebody writes what they want to see, and the picture comes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.store.schema import jobs
from bot.texts import gettext
from tests.scenarios.events import body, message_event
from tests.scenarios.house import PATIENCE, House

pytestmark = pytest.mark.core


def test_a_prompt_becomes_a_picture(any_painting_house: House) -> None:
    """In a 1:1 chat: a loading animation, the picture by a free reply, its number by asking."""
    house, mio = any_painting_house, any_painting_house.person()
    house.simulator.send(mio, "赤いりんご")

    house.wait_for_picture(mio)
    job = house.wait_for_state(mio, "delivered")
    house.simulator.send(mio, gettext("going_on.details", "ja"))
    text = house.simulator.wait_for(
        mio, lambda message: message.by_bot and job["number"] in (message.text or ""), PATIENCE
    )
    assert "赤いりんご" in (text.text or "")
    assert {message.via for message in house.simulator.bot_messages(mio)} == {"reply"}
    assert house.simulator.settings()["used"] == 0, "a reply is free"
    (loading,) = house.simulator.log("/chat/loading/start")
    assert (loading["status"], loading["chat"]) == (202, mio)
    assert job["attempts"] == 1


def test_a_mention_in_a_group_becomes_a_picture(any_painting_house: House) -> None:
    """In a group the bot speaks when it is spoken to; what people tell each other is not for it."""
    house = any_painting_house
    group, rin = house.group()
    house.simulator.send(group, "きょうは寒いね", user=rin, wait=True)
    house.simulator.send(group, "@絵筆 夜の富士山、浮世絵風", user=rin)

    picture = house.wait_for_picture(group)
    assert picture.via == "reply"
    job = house.wait_for_state(group, "delivered")
    assert job["user_id"] == rin
    assert job["request"]["prompt"] == "夜の富士山、浮世絵風"
    assert len(house.rows(jobs, jobs.c.chat_id == group)) == 1
    assert house.simulator.log("/chat/loading/start") == [], "LINE refuses it for groups"


def test_four_pictures_stand_in_one_answer(painting_house: House) -> None:
    """「4枚」 brings four pictures, each from its own seed, in one reply."""
    house, mio = painting_house, painting_house.person()
    house.simulator.send(mio, "青い猫 4枚 横長")

    house.wait_for_picture(mio)
    house.wait_for_state(mio, "delivered")
    pictures = house.pictures(mio)
    assert len({picture.image["original"] for picture in pictures if picture.image}) == 4
    assert len(house.simulator.log("/message/reply")) == 1


def test_an_event_that_comes_five_times_is_painted_once(any_painting_house: House) -> None:
    """LINE may send an event more than once, even at the same instant, and redeliver it later."""
    house, mio = any_painting_house, any_painting_house.person()
    event = message_event(mio, "赤いりんご")
    with ThreadPoolExecutor(4) as line:
        answers = list(line.map(house.simulator.raw, [body(event)] * 4))
    assert [answer.status for answer in answers] == [200] * 4
    house.wait_for_picture(mio)

    assert house.simulator.redeliver(event["webhookEventId"]).status == 200
    house.settle()
    assert house.job(mio)["state"] == "delivered"
    assert len(house.pictures(mio)) == 1
