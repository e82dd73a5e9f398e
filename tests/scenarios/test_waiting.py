"""Waiting: turns between people, how long it will take, and that something is being done."""

from __future__ import annotations

import re
import time

from bot.store.schema import jobs
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually
from tests.scenarios.test_tickets import wait_for_ticket


def give_up(house: House, *people: str) -> None:
    """What was only there to be waited for need not be painted."""
    for person in people:
        house.simulator.send(person, "キャンセル", wait=True)
        house.simulator.send(person, "キャンセル", wait=True)
    house.settle()


def test_who_asks_once_does_not_wait_for_all_of_anothers(slow_house: House) -> None:
    """Mio has two in the queue when Rin comes; Rin's is painted after one of them."""
    house = slow_house
    mio, rin, you = (house.person(person) for person in ("みお", "りん", "ゆう"))
    house.simulator.send(you, "夜の富士山", wait=True)
    house.wait_until_painting(you)
    for text in ("赤いりんご", "青い海"):
        house.simulator.send(mio, text, wait=True)
    house.simulator.send(rin, "白い犬", wait=True)
    house.simulator.send(rin, "まだ？")
    assert "順番は2番目です。" in (house.wait_for_text(rin, "順番は").text or "")

    def started_rooms() -> list[str]:
        three = house.rows(jobs, jobs.c.chat_id.in_((mio, rin)), jobs.c.drawing_at.is_not(None))
        return [row["chat_id"] for row in sorted(three, key=lambda row: float(row["drawing_at"]))]

    eventually("Rin's is begun", lambda: rin in started_rooms(), PATIENCE)
    assert started_rooms() == [mio, rin]
    give_up(house, mio, rin)


def test_people_are_told_how_long_it_will_take(slow_house: House) -> None:
    """Nothing before anything was measured here; then a time that turns out to be true."""
    house = slow_house
    people = [house.person() for _ in range(3)]
    for person in people:
        house.simulator.send(person, "夜の富士山", wait=True)
    for person in people:
        house.wait_for_state(person, "waiting", "delivered")
    waiting = [house.person() for _ in range(7)]
    for person in waiting:
        house.simulator.send(person, "赤いりんご", wait=True)
    last = waiting[-1]
    house.simulator.send(last, "まだ？")
    reply = house.wait_for_text(last, "ほどです。").text or ""
    asked_at = time.time()
    result = re.search(r"あと(?:(\d+)(秒|分)から)?(\d+)(秒|分)ほどです。", reply)
    assert result, reply
    most = int(result[3]) * (60 if result[4] == "分" else 1)
    job = house.wait_for_state(last, "waiting", "delivered")
    took = float(job["painted_at"]) - asked_at
    assert took > 15 / 2, "of less nobody would have spoken"
    assert took < most * 2 + 10, reply  # however busy this machine is at the moment


def test_the_animation_goes_on_until_the_picture_is_there(slow_house: House) -> None:
    """A ticket ends it, so it is shown again; once the picture is painted, never more."""
    house = slow_house
    mio = house.person()

    def shown() -> int:
        calls = house.simulator.log("/chat/loading/start")
        return len([request for request in calls if request["body"]["chatId"] == mio])

    house.simulator.send(mio, "夜の富士山")
    ticket = wait_for_ticket(house, mio)
    eventually("it is shown again", lambda: shown() == 2 and house.simulator.typing(mio), PATIENCE)
    house.wait_for_state(mio, "waiting")
    house.simulator.tap(ticket)
    house.wait_for_picture(mio)
    house.settle()
    seen = shown()
    assert seen == 2
    time.sleep(1.5)  # several ticks of the clock
    assert shown() == seen
    assert not house.simulator.typing(mio)
