"""The control side: what the chats look like, and waiting for them without sleeping."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
import urllib3

from simulator.client import AOI, BOT, GROUP, HARUTO, SimulatorClient, SimulatorRefused
from tests.simulator.conftest import Bot, Line, picture, text

QUICK = {
    "items": [
        {"type": "action", "action": {"type": "postback", "label": "もう一度", "data": "again"}},
        {"type": "action", "action": {"type": "message", "label": "使い方", "text": "使い方"}},
    ]
}


def test_the_rooms(sim: SimulatorClient) -> None:
    alone, group = sim.rooms()
    assert (alone["id"], alone["kind"], alone["name"]) == (AOI, "user", "あおい")
    assert (group["id"], group["kind"], group["name"]) == (GROUP, "group", "お絵描き部")
    assert [member["name"] for member in group["members"]] == ["あおい", "はると", "ゆい"]
    assert alone["last"] is None
    sim.send(AOI, "はい")
    assert sim.rooms()[0]["last"]["text"] == "はい"


def test_a_bubble_is_told_completely(sim: SimulatorClient) -> None:
    message = sim.send(GROUP, "@絵筆 猫", user=HARUTO)
    assert message.raw["from"] == {"id": HARUTO, "name": "はると", "kind": "user"}
    assert message.raw["type"] == "text"
    assert message.raw["via"] is None
    assert message.mention is not None
    assert message.mention["mentionees"][0]["userId"] == BOT
    assert sim.messages(GROUP) == [message]


@pytest.mark.parametrize("query", ["after=nan", "after=-inf", "after=x", "wait=inf", "wait="])
def test_a_number_that_is_none_is_refused(sim: SimulatorClient, query: str) -> None:
    with pytest.raises(SimulatorRefused, match="must be a number"):
        sim.call("GET", f"/api/rooms/{AOI}/messages?{query}")


def test_a_quick_reply_stays_until_the_next_message(sim: SimulatorClient, line: Line) -> None:
    line.push(AOI, text("一", quickReply=QUICK), text("二", quickReply=QUICK))
    assert [each.quick_reply for each in sim.messages(AOI)] == [None, QUICK]
    before = sim.messages(AOI)[-1].seq
    sim.send(AOI, "はい")
    assert [each.quick_reply for each in sim.messages(AOI)] == [None] * 3
    changed = sim.call("GET", f"/api/rooms/{AOI}/messages?after={before}&wait=0")["messages"]
    assert [each["text"] for each in changed] == ["二", "はい"]


def test_a_tapped_quick_reply_goes(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    line.push(AOI, text("一", quickReply=QUICK))
    sim.postback(AOI, "something else")
    assert sim.messages(AOI)[-1].quick_reply == QUICK
    sim.tap(sim.messages(AOI)[-1], "もう一度")
    assert sim.messages(AOI)[-1].quick_reply is None
    # Webhooks may overtake each other, as LINE's do.
    assert {"data": "again"} in [event.get("postback") for event in bot.wait(2)]
    line.push(AOI, text("二", quickReply=QUICK))
    sim.tap(sim.messages(AOI)[-1], "使い方")
    assert sim.messages(AOI)[-1].text == "使い方"
    with pytest.raises(LookupError):
        sim.tap(sim.messages(AOI)[-1])


def test_waiting_for_a_message(sim: SimulatorClient, line: Line) -> None:
    sent = sim.send(AOI, "はい")
    timer = threading.Timer(0.2, line.push, [AOI, text("できました")])
    timer.start()
    started = time.monotonic()
    result = sim.wait_for(AOI, lambda message: message.by_bot, 10, after=sent.seq)
    assert result.text == "できました"
    assert time.monotonic() - started < 5
    timer.join()
    with pytest.raises(TimeoutError, match="できました"):
        sim.wait_for(AOI, lambda message: message.text == "まだ", 0.05)


def test_a_long_poll_is_of_one_room(sim: SimulatorClient) -> None:
    seen = sim.send(AOI, "はい").seq
    sim.send(GROUP, "はい")
    answer = sim.call("GET", f"/api/rooms/{AOI}/messages?after={seen}&wait=0.05")
    assert answer == {"messages": [], "typing": False, "seq": seen}


def test_server_sent_events(sim: SimulatorClient, line: Line) -> None:
    http = urllib3.PoolManager()
    stream = http.request("GET", f"{sim.base_url}/api/events", preload_content=False, timeout=10)
    assert stream.headers["content-type"] == "text/event-stream"
    lines = (each.decode() for chunk in stream.stream(1) for each in [chunk])
    buffer = ""

    def next_change() -> Any:
        nonlocal buffer
        while "\n\n" not in buffer or not buffer.startswith("event: change"):
            if "\n\n" in buffer:
                buffer = buffer.partition("\n\n")[2]
            buffer += next(lines)
        event, _, buffer = buffer.partition("\n\n")
        return json.loads(event.partition("data: ")[2])

    buffer += next(lines)  # the stream is open now
    message = sim.send(GROUP, "はい")
    assert next_change() == {"room": GROUP, "seq": message.seq}
    line.post("chat/loading/start", {"chatId": AOI})
    assert next_change()["room"] == AOI
    sim.unsend(GROUP, message.id)
    assert next_change()["room"] == GROUP
    stream.close()
    http.clear()


def test_a_picture_can_be_seen_on_the_page(sim: SimulatorClient) -> None:
    data = picture()
    shown = sim.send(AOI, image=data)
    assert shown.image is not None
    http = urllib3.PoolManager()
    assert http.request("GET", sim.base_url + shown.image["original"]).data == data
    sim.unsend(AOI, shown.id)
    assert http.request("GET", sim.base_url + shown.image["original"]).status == 404
    http.clear()


def test_settings(sim: SimulatorClient) -> None:
    before = sim.settings()
    assert before["mode"] == "active"
    assert before["quota"] == {"type": "limited", "value": 200}
    assert before["used"] == 0
    after = sim.settings(mode="standby", quota={"type": "none"}, used=7, replyTokenTtl=1.5)
    assert (after["mode"], after["quota"], after["used"]) == ("standby", {"type": "none"}, 7)
    for change in (
        {"mode": "asleep"},
        {"nothing": 1},
        {"redelivery": "yes"},
        {"replyTokenTtl": -1},
        {"quota": 5},
        {"used": -1},
        {"mode": "active", "latencyMs": "a"},
    ):
        with pytest.raises(SimulatorRefused, match="400"):
            sim.settings(**change)
    assert sim.settings() == after


def test_reset(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    sim.send(AOI, "はい", wait=True)
    token = bot.events()[0]["replyToken"]
    line.push(GROUP, text())
    sim.fault("*", "500", times=-1)
    sim.unfollow(AOI)
    sim.settings(mode="standby")
    sim.reset()
    assert sim.messages(AOI) == sim.messages(GROUP) == []
    assert sim.log() == sim.webhooks() == sim.faults() == []
    assert sim.settings()["used"] == 0
    assert sim.settings()["mode"] == "standby"
    assert line.reply(token, text()).status == 400
    assert line.push(AOI, text()).status == 200
    assert len(sim.bot_messages(AOI)) == 1
    sim.reset(settings=True)
    assert sim.settings()["mode"] == "active"


def test_more_people_and_groups(sim: SimulatorClient, line: Line) -> None:
    riko = sim.add_person("りこ")
    stranger = sim.add_person("そら", friend=False)
    group = sim.add_group("五人組", [AOI, riko, stranger])
    assert [room["id"] for room in sim.rooms()] == [AOI, GROUP, riko, group]
    assert line.get(f"group/{group}/members/count").json == {"count": 3}
    for name, user in (("", None), ("りこ", riko), ("りこ", "U1")):
        with pytest.raises(SimulatorRefused, match="400"):
            sim.add_person(name, user=user)
    with pytest.raises(SimulatorRefused, match="404"):
        sim.add_group("だれ", ["U" + "9" * 32])


@pytest.mark.parametrize(
    ("room", "wish", "status"),
    [
        ("U" + "9" * 32, {"text": "はい"}, 404),
        (AOI, {}, 400),
        (AOI, {"text": ""}, 400),
        (AOI, {"text": "はい", "sticker": {}}, 400),
        (AOI, {"image": "?"}, 400),
        (AOI, {"image": "aGVsbG8="}, 400),
        (AOI, {"text": "はい", "quote": "1"}, 404),
        (GROUP, {"text": "はい", "user": "U" + "9" * 32}, 404),
        (GROUP, {"text": "はい"}, 404),
        (AOI, {"text": "はい", "user": HARUTO}, 409),
    ],
)
def test_what_nobody_can_do(
    sim: SimulatorClient, room: str, wish: dict[str, object], status: int
) -> None:
    with pytest.raises(SimulatorRefused) as refused:
        sim.call("POST", f"/api/rooms/{room}/send", wish)
    assert refused.value.status == status
