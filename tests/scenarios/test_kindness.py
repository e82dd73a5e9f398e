"""What cannot be painted is answered kindly, at once, and in a way that helps."""

from __future__ import annotations

import io
import json
import shutil

import pytest
from PIL import Image

from bot.prompt import MAX_PROMPT
from bot.tables import jobs
from bot.texts import say
from tests.scenarios.events import body, said
from tests.scenarios.house import House


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("🎨🌸👨‍👩‍👧", say("problem.only_emoji")),
        ("\u0007\u200b\u2066\u0000", say("problem.empty")),
        ("横長 4枚", say("problem.only_controls")),
        ("あ" * 10_000, say("problem.too_long", limit=MAX_PROMPT)),
        ("？！", say("problem.empty")),
        ("なんでもいいから描いて！", say("problem.anything")),
        ("こんにちは", say("talk.hello")),
        ("ありがとうございます🙏", say("talk.thanks")),
    ],
    ids=[
        *("emoji", "control characters", "only wishes", "10,000 characters", "marks"),
        *("anything", "a greeting", "thanks"),
    ],
)
def test_a_text_that_names_nothing_to_paint(house: House, text: str, answer: str) -> None:
    """It is told what was missing, with an example, and nothing is queued."""
    mio = house.person()
    assert house.simulator.raw(body(said(mio, text))).status == 200
    house.wait_for_text(mio, answer)
    assert house.rows(jobs, jobs.c.chat_id == mio) == []


def test_a_sticker_and_a_photo(house: House) -> None:
    """In a 1:1 chat the bot says that it paints from words."""
    mio = house.person()
    photo = io.BytesIO()
    Image.new("RGB", (80, 60), "teal").save(photo, "JPEG")
    house.simulator.send(mio, sticker={})
    house.wait_for_text(mio, say("problem.sticker"))
    house.simulator.send(mio, image=photo.getvalue())
    house.wait_for_text(mio, say("photo.ask"))


def test_in_a_group_it_keeps_out_of_other_peoples_talk(house: House) -> None:
    """Stickers, photos and words that are not for the bot are not answered in a group."""
    group, rin = house.group()
    house.simulator.send(group, sticker={}, user=rin, wait=True)
    house.simulator.send(group, "まだ？", user=rin, wait=True)
    house.simulator.send(group, "キャンセル", user=rin, wait=True)
    house.simulator.send(group, "@絵筆", user=rin, wait=True)
    house.wait_for_text(group, say("problem.empty"))
    house.settle()
    assert len(house.simulator.bot_messages(group)) == 1


def test_what_is_not_painted_is_refused_with_a_reason(house: House) -> None:
    """Nothing is queued, and the refusal is a free reply; the harmless twin is painted."""
    mio = house.person()
    house.simulator.send(mio, "ﾇｰﾄﾞの女性")
    house.wait_for_text(mio, say("refused.sexual"))
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
    assert f"{house.url}/terms" in (greeting.text or "")
    status, page = house.get("/terms")
    assert (status, "してはいけないこと" in page.decode()) == (200, True)


def test_a_group_that_invites_the_bot_is_greeted(house: House) -> None:
    """The same in a group, which also learns how to speak to it."""
    group, _ = house.group()
    house.simulator.join(group)
    greeting = house.wait_for_text(group, "お招きありがとうございます")
    assert f"{house.url}/terms" in (greeting.text or "")
    assert "@絵筆" in (greeting.text or "")


def test_nobody_can_fill_the_queue(slow_house: House) -> None:
    """Two at a time: the third wish is declined kindly, and somebody else's is not."""
    house = slow_house
    mio, rin = house.person("みお"), house.person("りん")
    for text in ("赤いりんご", "青い猫", "白い犬"):
        house.simulator.send(mio, text, wait=True)
    house.wait_for_text(mio, say("busy.waiting", limit=2))
    house.simulator.send(rin, "夜の富士山", wait=True)
    assert len(house.rows(jobs, jobs.c.chat_id == mio)) == 2
    assert house.job(rin)["state"] == "queued"

    for person in (mio, rin):
        house.simulator.send(person, "キャンセル")
        house.wait_for_text(person, "取りやめました")


def test_a_picture_that_cannot_be_painted(house: House) -> None:
    """The pictures' folder is broken: the chat is told so kindly, with the number, and once."""
    mio = house.person()
    aside = house.folder / "aside"
    house.pictures_dir.mkdir(exist_ok=True)
    house.pictures_dir.rename(aside)
    house.pictures_dir.write_text("a file where a folder should be")
    try:
        house.simulator.send(mio, "赤いりんご")
        apology = house.wait_for_text(mio, say("failed.storage_failed"))
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
