"""送信取消, キャンセル, leaving: what is taken back is neither painted nor kept."""

from __future__ import annotations

import json
import re

import pytest

from bot.jobs.picture_secrets import picture_key
from bot.store.schema import jobs, metadata
from simulator.client import Msg
from tests.scenarios.events import body, message_event, took_back
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

pytestmark = pytest.mark.core

SECRET_WISH = "ひみつの庭"


def test_an_unsend_while_it_waits(slow_house: House) -> None:
    """Taken back before its turn: it is not painted, and the words are gone from the database."""
    house = slow_house
    mio, rin = house.person("みお"), house.person("りん")
    house.simulator.send(mio, "夜の富士山")
    house.wait_until_painting(mio)
    message = house.simulator.send(rin, SECRET_WISH, wait=True)
    number = house.job(rin)["number"]
    house.simulator.unsend(rin, message.id, wait=True)

    job = house.job_by_number(number)
    assert (job["state"], job["request"]) == ("cancelled", None)
    eventually("all of it is erased", lambda: house.job_by_number(number)["erased_at"], PATIENCE)
    assert [text for text in recorded_texts(house) if SECRET_WISH in text or rin in text] == []
    give_up(house, mio)
    assert house.simulator.bot_messages(rin) == []


def test_an_unsend_while_it_is_painted(slow_house: House) -> None:
    """Taken back in the middle: the worker puts the brush down and takes the next one."""
    house = slow_house
    mio, rin = house.person("みお"), house.person("りん")
    message = house.simulator.send(mio, SECRET_WISH)
    number = house.wait_until_painting(mio)["number"]
    house.simulator.send(rin, "夜の富士山", wait=True)
    house.simulator.unsend(mio, message.id, wait=True)

    house.wait_until_painting(rin)
    give_up(house, rin)
    assert house.job_by_number(number)["state"] == "cancelled"
    assert [text for text in recorded_texts(house) if SECRET_WISH in text] == []
    assert house.pictures(mio) == []
    assert files(house, number) == []


def test_an_unsend_after_it_was_delivered(house: House) -> None:
    """Taken back afterwards: the pictures can be fetched no more, and nobody knows the words."""
    mio = house.person()
    message = house.simulator.send(mio, SECRET_WISH)
    picture = house.wait_for_picture(mio)
    number = house.wait_for_state(mio, "delivered")["number"]
    assert len(files(house, number)) == 4, "two pictures, each with a note"
    house.simulator.unsend(mio, message.id)

    gone(house, picture, number)


def test_an_unsend_that_overtakes_its_message(house: House) -> None:
    """Webhooks may arrive in any order: what was taken back before it came is never painted."""
    mio = house.person()
    message = message_event(mio, SECRET_WISH)
    unsend = took_back(mio, message["message"]["id"])
    assert house.simulator.raw(body(unsend)).status == 200
    assert house.simulator.raw(body(message)).status == 200

    house.settle()
    assert house.rows(jobs, jobs.c.chat_id == mio) == []
    assert house.simulator.bot_messages(mio) == []


def test_a_cancel(slow_house: House) -> None:
    """「キャンセル」 takes back what is under way, and says which."""
    house, mio = slow_house, slow_house.person()
    house.simulator.send(mio, "夜の富士山")
    job = house.wait_until_painting(mio)
    house.simulator.send(mio, "キャンセル")
    house.wait_for_text(mio, f"{job['number']} の絵を取りやめました")

    house.settle()
    assert house.job(mio)["state"] == "cancelled"
    assert house.pictures(mio) == []
    house.simulator.send(mio, "キャンセル")
    house.wait_for_text(mio, "順番待ちの絵はありません")


def test_the_bot_is_removed_from_a_group(house: House) -> None:
    """It has no business any more with what was said and painted there."""
    group, rin = house.group()
    house.simulator.send(group, f"@絵筆 {SECRET_WISH}", user=rin)
    picture = house.wait_for_picture(group)
    number = house.wait_for_state(group, "delivered")["number"]
    house.simulator.leave(group)

    gone(house, picture, number)
    assert rin not in str(house.rows(metadata.tables["jobs"]))


def gone(house: House, picture: Msg, number: str) -> None:
    """Neither the pictures nor the words nor the people are to be found anywhere."""
    assert picture.image is not None
    urls = (picture.image["original"], picture.image["preview"])
    eventually(
        "the pictures are gone", lambda: [house.get(url)[0] for url in urls] == [404, 404], PATIENCE
    )
    eventually("all of it is erased", lambda: house.job_by_number(number)["erased_at"], PATIENCE)
    assert files(house, number) == []
    job = house.job_by_number(number)
    assert (job["request"], job["chat_id"]) == (None, None)
    # Until the day is over a hash of day and id, which no other table has, keeps its limit.
    assert re.fullmatch("[0-9a-f]{64}", job["user_id"])
    assert [text for text in recorded_texts(house) if SECRET_WISH in text] == []


def files(house: House, number: str) -> list[str]:
    """The files that belong to a job, by the secret parts of their paths."""
    secret = house.job_by_number(number)["secret"]
    folders = [
        picture_key(secret, position, "original", "png").rpartition("/")[0] for position in range(4)
    ]
    everything = [path for path in house.pictures_dir.rglob("*") if path.is_file()]
    return [str(path) for path in everything if any(folder in str(path) for folder in folders)]


def recorded_texts(house: House) -> list[str]:
    """Every row of the tables about jobs, as text."""
    tables = [metadata.tables[name] for name in ("jobs", "pictures", "reply_tokens", "deliveries")]
    rows = [dict(row) for table in tables for row in house.rows(table)]
    return [json.dumps(row, ensure_ascii=False, default=str) for row in rows]


def give_up(house: House, person: str) -> None:
    """What was only there to keep the worker busy need not be finished."""
    house.simulator.send(person, "キャンセル")
    house.wait_for_text(person, "取りやめました")
