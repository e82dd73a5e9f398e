"""A group's evening: its own word for the bot, whom it answers, edits, and people who leave."""

from __future__ import annotations

import pytest

from bot.store.schema import chats, jobs, people
from bot.texts import gettext
from simulator.client import Msg
from tests.scenarios.events import body, event
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

pytestmark = pytest.mark.core


def wishes(house: House, group: str) -> list[str]:
    """What was painted in a group, the oldest first."""
    rows = house.rows(jobs, jobs.c.chat_id == group, jobs.c.state == "delivered")
    rows = sorted(rows, key=lambda row: float(row["created_at"]))
    return [row["request"]["prompt"] for row in rows]


def pictures(house: House, group: str, count: int) -> list[Msg]:
    """The pictures of a group, as soon as there are so many."""

    def probe() -> list[Msg]:
        result = house.pictures(group)
        return result if len(result) >= count else []

    result = eventually(f"{count} pictures", probe, PATIENCE)
    house.settle()
    return result


def names(message: Msg, sent: Msg) -> bool:
    """Whether an answer quotes this message."""
    return bool(message.quote and message.quote["id"] == sent.id)


def test_a_word_instead_of_a_mention(house: House) -> None:
    """The bot comes with one greeting; people come without one; their word calls it."""
    group, rin = house.group()
    simulator = house.simulator
    simulator.join(group, wait=True)
    house.wait_for_text(group, "お招きありがとうございます")
    simulator.member_joined(group, house.person("ゆい"), wait=True)
    simulator.send(group, "絵筆、赤いりんご", user=rin, wait=True)  # the account's own name
    pictures(house, group, 1)
    set_by = simulator.send(group, "@絵筆 呼び名を『絵筆』にして", user=rin)
    assert names(house.wait_for_text(group, "呼び名を「絵筆」にしました"), set_by)
    simulator.send(group, "絵筆、青い海", user=rin)
    pictures(house, group, 2)
    simulator.send(group, "絵筆を買ってきたよ", user=rin, wait=True)
    house.settle()
    assert wishes(house, group) == ["赤いりんご", "青い海"]
    greetings = [
        message for message in simulator.bot_messages(group) if "お招き" in (message.alt_text or "")
    ]
    assert len(greetings) == 1

    simulator.leave(group, wait=True)
    house.settle()
    [chat] = house.rows(chats, chats.c.id == group)
    assert (chat["prefix"], chat["reachable"]) == (None, False)
    assert house.rows(jobs, jobs.c.chat_id == group) == []


def test_each_picture_names_who_asked(house: House) -> None:
    """By quoting; after a tap, which nothing can quote, by a mention; under four by the name."""
    group, rin = house.group()
    simulator = house.simulator
    wish = simulator.send(group, "@絵筆 朝の海", user=rin)
    pictures(house, group, 1)
    assert names(simulator.bot_messages(group)[0], wish)
    # The sweep asks LINE for the names of those who asked in a group.
    known = (people.c.chat_id == group, people.c.name.is_not(None))
    eventually("the name is known", lambda: house.rows(people, *known), PATIENCE)

    simulator.send(group, "@絵筆 朝の海、4枚", user=rin)
    shown = pictures(house, group, 5)[1:]
    bubble = simulator.bot_messages(group)[-1]
    [room] = [chat for chat in simulator.rooms() if chat["id"] == group]
    names_by_id = {member["id"]: member["name"] for member in room["members"]}
    assert f"{names_by_id[rin]}さんへ" in (bubble.alt_text or "")
    for photo in shown:
        assert photo.image
        assert house.get(photo.image["original"])[0] == house.get(photo.image["preview"])[0] == 200

    other = next(id_ for id_, name in names_by_id.items() if name != "絵筆" and id_ != rin)
    simulator.tap(bubble, "3枚目", user=other)
    chosen = simulator.wait_for(
        group, lambda message: message.by_bot and "3枚目" in (message.alt_text or ""), PATIENCE
    )
    simulator.tap(chosen, gettext("going_on.similar", "ja"), user=other)
    pictures(house, group, 6)
    [reply] = [message for message in simulator.bot_messages(group) if message.mention]
    assert reply.mention
    assert [mentionee["userId"] for mentionee in reply.mention["mentionees"]] == [other]
    assert all(message.via == "reply" for message in simulator.bot_messages(group))


def test_an_edited_message_is_painted_anew_from_the_same_seed(house: House) -> None:
    """The first picture stays; the new one is a free reply with the seed of the first."""
    group, rin = house.group()
    message = house.simulator.send(group, "@絵筆 赤いりんご", user=rin)
    pictures(house, group, 1)
    house.simulator.edit(group, message.id, "@絵筆 赤いりんご！", user=rin, wait=True)
    house.simulator.edit(group, message.id, "@絵筆 青いりんご", user=rin)
    pictures(house, group, 2)
    assert wishes(house, group) == ["赤いりんご", "青いりんご"]
    rows = house.rows(jobs, jobs.c.chat_id == group)
    newest = max(rows, key=lambda row: float(row["created_at"]))
    first = house.wait_for_text(group, "「赤いりんご」を描きました")
    house.simulator.tap(first, gettext("going_on.details", "ja"), user=rin)
    house.wait_for_text(group, gettext("picture.seed", "ja", seeds=newest["request"]["seed"]))
    assert {bubble.via for bubble in house.pictures(group)} == {"reply"}

    house.simulator.unsend(group, message.id, user=rin, wait=True)
    eventually("both are erased", lambda: not house.rows(jobs, jobs.c.chat_id == group), PATIENCE)


def test_an_edit_in_time_saves_the_first_painting(slow_house: House) -> None:
    """What is being painted is put down, and only what the message says now is brought."""
    house = slow_house
    group, rin = house.group()
    message = house.simulator.send(group, "@絵筆 赤いりんご", user=rin)
    house.wait_until_painting(group)
    house.simulator.edit(group, message.id, "@絵筆 青いりんご", user=rin, wait=True)
    ticket = house.simulator.wait_for(
        group,
        lambda bubble: bubble.by_bot and any("pick:" in act["data"] for act in bubble.actions()),
        PATIENCE,
    )
    house.wait_for_state(group, "waiting", "delivered")
    house.simulator.tap(ticket, user=rin)  # of whichever of the two: it leads to the newer
    pictures(house, group, 1)
    states = {row["state"] for row in house.rows(jobs, jobs.c.chat_id == group)}
    assert states == {"cancelled", "delivered"}
    assert wishes(house, group) == ["青いりんご"]
    assert len(house.pictures(group)) == 1


def test_who_leaves_takes_their_wish_along(slow_house: House) -> None:
    """It is not painted any more; the others' are."""
    house = slow_house
    group, rin = house.group()
    [room] = [chat for chat in house.simulator.rooms() if chat["id"] == group]
    other = next(
        member["id"]
        for member in room["members"]
        if member["id"] != rin and member["name"] != "絵筆"
    )
    house.simulator.send(group, "@絵筆 赤いりんご", user=rin, wait=True)
    house.simulator.send(group, "@絵筆 青い海", user=other, wait=True)
    [first] = house.rows(jobs, jobs.c.user_id == rin)
    house.simulator.member_left(group, rin, wait=True)
    number = first["number"]
    eventually("it is erased", lambda: house.job_by_number(number)["erased_at"], PATIENCE)
    assert house.job_by_number(number)["state"] == "cancelled"
    job = house.wait_for_state(group, "waiting", "delivered")
    assert job["user_id"] == other
    if job["state"] == "waiting":
        house.simulator.postback(group, f"pick:{job['number']}", user=other)
    pictures(house, group, 1)


def test_whom_line_does_not_name(house: House) -> None:
    """An event without a userId is a wish like any other; the picture waits or comes."""
    group, rin = house.group()
    mention_event = event("message", rin, source={"type": "group", "groupId": group})
    bot = {"index": 0, "length": 3, "type": "user", "userId": "U" + "0" * 32, "isSelf": True}
    mention_event["message"] = {
        "type": "text",
        "id": "77007700770077",
        "text": "@絵筆 赤いりんご",
        "mention": {"mentionees": [bot]},
    }
    assert house.simulator.raw(body(mention_event)).status == 200
    # Its reply token is nobody's, so that the picture has to find another way.
    job = house.wait_for_state(group, "waiting", "delivered")
    assert job["user_id"] is None
    if job["state"] == "waiting":
        house.simulator.send(group, f"@絵筆 {job['number']}", user=rin)
    pictures(house, group, 1)
