"""What cannot be painted is answered kindly, at once, and in a way that helps."""

from __future__ import annotations

import io
import json
import shutil

import pytest
from PIL import Image

from bot.prompt import MAX_PROMPT
from bot.store.schema import jobs
from bot.texts import gettext
from tests.scenarios.events import body, message_event
from tests.scenarios.house import House


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("🎨👨‍👩‍👧", gettext("problem.only_emoji", "ja")),
        ("\u0007\u200b\u2066\u0000", gettext("problem.empty", "ja")),
        ("横長 4枚", gettext("problem.only_controls", "ja")),
        ("あ" * 10_000, gettext("problem.too_long", "ja", limit=MAX_PROMPT)),
        ("？！", gettext("problem.empty", "ja")),
        ("なんでもいいから描いて！", gettext("problem.anything", "ja")),
        ("こんにちは", gettext("talk.greeting", "ja")),
        ("ありがとうございます🙏", gettext("talk.thanks", "ja")),
    ],
    ids=[
        *("emoji", "control characters", "only wishes", "10,000 characters", "marks"),
        *("anything", "a greeting", "thanks"),
    ],
)
def test_a_text_that_names_nothing_to_paint(house: House, text: str, answer: str) -> None:
    """It is told what was missing, with an example, and nothing is queued."""
    mio = house.person()
    assert house.simulator.raw(body(message_event(mio, text))).status == 200
    house.wait_for_text(mio, answer)
    assert house.rows(jobs, jobs.c.chat_id == mio) == []


def test_a_sticker_and_a_photo(house: House) -> None:
    """In a 1:1 chat a sticker's picture is offered, and one that shows nothing gets an answer."""
    mio = house.person()
    photo = io.BytesIO()
    Image.new("RGB", (80, 60), "teal").save(photo, "JPEG")
    house.simulator.send(mio, sticker={"keywords": ["Jiro"]})
    house.wait_for_text(mio, gettext("talk.sticker", "ja"))
    house.simulator.send(mio, sticker={"keywords": ["Happy", "cat"]})
    house.wait_for_text(mio, gettext("asked.wish", "ja", text="うれしそうな猫"))
    house.simulator.send(mio, image=photo.getvalue())
    house.wait_for_text(mio, gettext("photo.ask", "ja"))


def test_in_a_group_it_keeps_out_of_other_peoples_talk(house: House) -> None:
    """Stickers, photos and words that are not for the bot are not answered in a group."""
    group, rin = house.group()
    house.simulator.send(group, sticker={}, user=rin, wait=True)
    house.simulator.send(group, "まだ？", user=rin, wait=True)
    house.simulator.send(group, "キャンセル", user=rin, wait=True)
    house.simulator.send(group, "@絵筆", user=rin, wait=True)
    house.wait_for_text(group, gettext("problem.empty", "ja"))
    house.settle()
    assert len(house.simulator.bot_messages(group)) == 1


def test_what_is_not_painted_is_refused_with_a_reason(house: House) -> None:
    """Nothing is queued, and the refusal is a free reply; the harmless twin is painted."""
    mio = house.person()
    house.simulator.send(mio, "ﾇｰﾄﾞの女性")
    house.wait_for_text(mio, gettext("refused.sexual", "ja"))
    assert house.rows(jobs, jobs.c.chat_id == mio) == []
    house.simulator.send(mio, "裸足の女性を横長で")
    house.wait_for_text(mio, "こう読みました：横長")
    house.wait_for_picture(mio)


def test_help(house: House) -> None:
    """「使い方」 tells what can be said, and where the terms are."""
    mio = house.person()
    house.simulator.send(mio, "使い方")
    answer = house.wait_for_text(mio, "キャンセル")
    assert f"{house.url}/terms" in json.dumps(answer.flex)


def test_whoever_adds_the_bot_is_welcomed(house: House) -> None:
    """The greeting holds what the model's licence forbids, and a page with all of it."""
    mio = house.person()
    house.simulator.follow(mio)
    greeting = house.wait_for_text(mio, "友だち追加ありがとうございます")
    assert f"{house.url}/terms" in (greeting.alt_text or "")
    # The embedded model's licence forbids nothing.
    with house.set("web", MODEL="rinna/japanese-stable-diffusion"):
        status, page = house.get("/terms")
    assert (status, "してはいけないこと" in page.decode()) == (200, True)


def test_a_group_that_invites_the_bot_is_greeted(house: House) -> None:
    """The same in a group, which also learns how to speak to it."""
    group, _ = house.group()
    house.simulator.join(group)
    greeting = house.wait_for_text(group, "お招きありがとうございます")
    assert f"{house.url}/terms" in (greeting.alt_text or "")
    assert "@絵筆" in (greeting.alt_text or "")


def test_nobody_can_fill_the_queue(slow_house: House) -> None:
    """Two at a time, and three that wait their turn: the sixth wish is declined kindly, and
    somebody else's is not."""
    house = slow_house
    mio, rin = house.person("みお"), house.person("りん")
    with house.paused("worker"):  # or, on a slow machine, the first is painted before the last came
        for text in ("赤いりんご", "青い猫", "白い犬", "黒い馬", "緑の鳥", "夜の海"):
            house.simulator.send(mio, text, wait=True)
    for ahead in (2, 3, 4):
        house.wait_for_text(mio, gettext("ticket.lined_up", "ja", ahead=ahead))
    house.wait_for_text(mio, gettext("busy.waiting", "ja", limit=5))
    house.simulator.send(rin, "夜の富士山", wait=True)
    assert len(house.rows(jobs, jobs.c.chat_id == mio)) == 5
    assert house.job(rin)["state"] == "queued"

    house.simulator.send(rin, "キャンセル")
    house.wait_for_text(rin, "取りやめました")
    for _ in range(4):  # the newest each time
        house.simulator.send(mio, "キャンセル", wait=True)
    house.simulator.wait_for(mio, lambda message: "取りやめました" in (message.text or ""))


def test_a_wish_beyond_the_limit_waits_its_turn(slow_house: House) -> None:
    """Its place is told at once with a button, which brings the picture free of charge."""
    house, mio = slow_house, slow_house.person()
    with house.paused("worker"):  # as above
        for text in ("赤いりんご", "青い猫", "白い犬"):
            house.simulator.send(mio, text, wait=True)
    house.wait_for_text(mio, gettext("ticket.lined_up", "ja", ahead=2))
    last = max(house.rows(jobs, jobs.c.chat_id == mio), key=lambda job: float(job["created_at"]))
    pick = f"pick:{last['number']}"
    ticket = house.simulator.wait_for(
        mio, lambda message: any(action["data"] == pick for action in message.actions())
    )
    house.restart("courier", "worker")  # whoever dies now loses nothing of it
    house.settle()
    assert house.job_by_number(last["number"])["state"] == "waiting"
    house.simulator.tap(ticket)
    house.wait_for_picture(mio)
    house.settle()
    assert house.job_by_number(last["number"])["state"] == "delivered"
    assert house.simulator.log("/message/push") == []


def test_a_picture_that_cannot_be_painted(house: House) -> None:
    """The pictures' folder is broken: the chat is told so kindly, with the number, and once."""
    mio = house.person()
    aside = house.folder / "aside"
    house.pictures_dir.mkdir(exist_ok=True)
    house.pictures_dir.rename(aside)
    house.pictures_dir.write_text("a file where a folder should be")
    try:
        house.simulator.send(mio, "赤いりんご")
        apology = house.wait_for_text(mio, gettext("failed.storage_failed", "ja"))
        house.settle()
    finally:
        house.pictures_dir.unlink()
        shutil.move(aside, house.pictures_dir)
    job = house.job(mio)
    assert (job["state"], job["error_code"]) == ("failed", "storage_failed")
    assert job["finished_at"] is not None
    assert job["number"] in (apology.text or "")
    assert len(house.simulator.bot_messages(mio)) == 1

    house.simulator.send(mio, "青い猫")
    house.wait_for_picture(mio)
