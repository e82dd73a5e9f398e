"""A picture that takes longer than a reply token lives comes by a ticket and a tap."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.client import Msg
from tests.scenarios.house import PATIENCE, House

pytestmark = pytest.mark.core


def is_ticket(message: Msg) -> bool:
    return message.by_bot and any(
        action.get("data", "").startswith("pick:") for action in message.actions()
    )


def wait_for_ticket(house: House, room: str, after: int = -1) -> Msg:
    return house.simulator.wait_for(room, is_ticket, PATIENCE, after=after)


def drawn_with_a_ticket(house: House, room: str, text: str = "夜の富士山") -> Msg:
    """Ask, get a ticket, wait until the picture is there and waits for the tap."""
    house.simulator.send(room, text)
    ticket = wait_for_ticket(house, room)
    assert house.pictures(room) == []
    house.wait_for_state(room, "waiting")
    return ticket


def comes_by_reply(house: House, room: str) -> None:
    """The picture stands in the chat once, and cost nothing."""
    picture = house.wait_for_picture(room)
    assert picture.via == "reply"
    house.wait_for_state(room, "delivered")
    house.settle()
    assert len(house.pictures(room)) == 1
    assert house.simulator.log("/message/push") == []


def test_a_tap_after_the_picture_is_painted(any_slow_house: House) -> None:
    """The ticket shows the number and a button; a tap on it brings the picture, free of charge."""
    house = any_slow_house
    mio = house.person()
    ticket = drawn_with_a_ticket(house, mio)
    number = house.job(mio)["number"]
    assert ticket.via == "reply"
    assert number in (ticket.alt_text or "")
    assert {action["data"] for action in ticket.actions()} == {f"pick:{number}"}

    house.simulator.tap(ticket)
    comes_by_reply(house, mio)


def test_a_tap_before_the_picture_is_painted(slow_house: House) -> None:
    """The tap's fresh token waits for the picture and carries it as soon as it is painted."""
    house, mio = slow_house, slow_house.person()
    house.simulator.send(mio, "夜の富士山")
    ticket = wait_for_ticket(house, mio)
    with house.paused("clock"):  # no second ticket, however slow this machine is
        house.simulator.tap(ticket)
        house.simulator.wait_for_typing(mio)
        assert house.job(mio)["state"] != "waiting", "there is a fresh token; no tap is wanting"
        picture = house.wait_for_picture(mio)
    assert picture.via == "reply"
    comes_by_reply(house, mio)
    assert (
        len([message for message in house.simulator.bot_messages(mio) if is_ticket(message)]) == 1
    )


def test_a_tapped_ticket_that_grows_old_is_renewed(slow_house: House) -> None:
    """Painting outlasts the tap's token as well: another ticket takes the place of the first."""
    house, mio = slow_house, slow_house.person()
    house.simulator.send(mio, "夜の富士山")
    first = wait_for_ticket(house, mio)
    house.simulator.tap(first)
    second = wait_for_ticket(house, mio, after=first.seq)
    house.wait_for_state(mio, "waiting")

    house.simulator.tap(second)
    comes_by_reply(house, mio)


def test_a_ticket_in_a_group_can_be_tapped_by_anybody(slow_house: House) -> None:
    """A picture for the group: whoever taps brings it, and it comes once however many tap."""
    house = slow_house
    group, mio = house.group()
    house.simulator.send(group, "@絵筆 夜の富士山", user=mio)
    ticket = wait_for_ticket(house, group)
    house.wait_for_state(group, "waiting")
    (room,) = [chat for chat in house.simulator.rooms() if chat["id"] == group]
    for member in room["members"]:
        if member["id"] != mio and member["name"] != "絵筆":
            house.simulator.tap(ticket, user=member["id"])
    comes_by_reply_at_least_once(house, group)


def comes_by_reply_at_least_once(house: House, group: str) -> None:
    house.wait_for_picture(group)
    house.wait_for_state(group, "delivered")
    house.settle()
    assert [delivery["state"] for delivery in house.deliveries(group, "result")] == ["sent"]


@pytest.mark.parametrize(
    "words",
    [lambda number: "受け取る", lambda number: number.lower(), lambda number: "まだ？"],
    ids=["receive", "number", "not yet"],
)
def test_typed_words_bring_the_picture_too(slow_house: House, words: Callable[[str], str]) -> None:
    """On a PC there are no quick replies: 「受け取る」, the number, or 「まだ？」 do the same."""
    house, mio = slow_house, slow_house.person()
    drawn_with_a_ticket(house, mio)
    house.simulator.send(mio, words(house.job(mio)["number"]))
    comes_by_reply(house, mio)


def test_asking_before_it_is_painted_tells_how_far_it_is(slow_house: House) -> None:
    """「まだ？」 is answered at once, with a button for later."""
    house = slow_house
    mio, rin = house.person("みお"), house.person("りん")
    house.simulator.send(mio, "夜の富士山")
    house.wait_until_painting(mio)
    house.simulator.send(rin, "赤いりんご", wait=True)
    house.simulator.send(mio, "まだ？")
    now = house.simulator.wait_for(mio, lambda message: message.by_bot and message.type == "text")
    house.simulator.send(rin, "まだ？")
    later = house.simulator.wait_for(rin, lambda message: message.by_bot and message.type == "text")
    assert "いま描いています。" in (now.text or "")
    assert "次に描きます。" in (later.text or "")

    for person, answer in ((mio, now), (rin, later)):
        house.wait_for_state(person, "waiting", "delivered")
        number = house.job(person)["number"]
        assert number in (answer.text or "")
        if house.job(person)["state"] == "waiting":
            house.simulator.postback(person, f"pick:{number}")
        comes_by_reply(house, person)


def test_a_number_opens_no_other_chats_picture(slow_house: House) -> None:
    """Whoever learns a number of somebody else's gets nothing with it."""
    house = slow_house
    mio, eve = house.person("みお"), house.person("いぶ")
    drawn_with_a_ticket(house, mio)
    number = house.job(mio)["number"]
    house.simulator.send(eve, number)
    house.wait_for_text(eve, "見つかりませんでした")
    house.simulator.postback(eve, f"pick:{number}")
    house.wait_for_text(eve, "順番待ちの絵はありません")
    assert house.pictures(eve) == []
    assert house.job(mio)["state"] == "waiting"
