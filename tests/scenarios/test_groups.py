"""A group's evening: its own word for the bot, whom it answers, edits, and people who leave."""

from __future__ import annotations

from bot.tables import chats, jobs
from bot.texts import say
from simulator.client import Msg
from tests.scenarios.events import body, event
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually


def wishes(house: House, group: str) -> list[str]:
    """What was painted in a group, the oldest first."""
    rows = house.rows(jobs, jobs.c.chat_id == group, jobs.c.state == "delivered")
    rows = sorted(rows, key=lambda row: float(row["created_at"]))
    return [row["request"]["prompt"] for row in rows]


def pictures(house: House, group: str, count: int) -> list[Msg]:
    """The pictures of a group, as soon as there are so many."""

    def probe() -> list[Msg]:
        found = house.pictures(group)
        return found if len(found) >= count else []

    found = eventually(f"{count} pictures", probe, PATIENCE)
    house.settle()
    return found


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
    simulator.send(group, "絵筆、赤いりんご", user=rin, wait=True)
    set_by = simulator.send(group, "@絵筆 合言葉を『絵筆』にして", user=rin)
    assert names(house.wait_for_text(group, "合言葉を「絵筆」にしました"), set_by)
    simulator.send(group, "絵筆、青い海", user=rin)
    pictures(house, group, 1)
    simulator.send(group, "絵筆を買ってきたよ", user=rin, wait=True)
    house.settle()
    assert wishes(house, group) == ["青い海"]
    greetings = [it for it in simulator.bot_messages(group) if "お招き" in (it.text or "")]
    assert len(greetings) == 1

    simulator.leave(group, wait=True)
    house.settle()
    [chat] = house.rows(chats, chats.c.id == group)
    assert (chat["prefix"], chat["reachable"]) == (None, False)
    assert house.rows(jobs, jobs.c.chat_id == group) == []


def test_each_picture_names_who_asked(house: House) -> None:
    """By quoting; after a tap, which nothing can quote, by a mention; four in one bubble."""
    group, rin = house.group()
    simulator = house.simulator
    wish = simulator.send(group, "@絵筆 朝の海、4枚", user=rin)
    gallery = simulator.wait_for(group, lambda it: it.by_bot and it.type == "flex", PATIENCE)
    house.settle()
    text = simulator.bot_messages(group)[0]
    assert names(text, wish)
    assert gallery.flex is not None
    shown = [it["hero"] for it in gallery.flex["contents"] if "hero" in it]
    assert len(shown) == 4
    for hero in shown:
        assert house.get(hero["url"])[0] == house.get(hero["action"]["uri"])[0] == 200

    [room] = [it for it in simulator.rooms() if it["id"] == group]
    ids = [it["id"] for it in room["members"] if it["name"] != "絵筆"]
    other = next(it for it in ids if it != rin)
    simulator.tap(gallery, say("going_on.similar"), user=other)
    pictures(house, group, 1)
    told = [it for it in simulator.bot_messages(group) if it.type == "text"][-1]
    assert told.mention
    assert [it["userId"] for it in told.mention["mentionees"]] == [other]
    assert all(it.via == "reply" for it in simulator.bot_messages(group))


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
    told = house.wait_for_text(group, "「赤いりんご」を描きました").text or ""
    assert say("picture.seed", seeds=newest["request"]["seed"]) in told
    assert {it.via for it in house.pictures(group)} == {"reply"}

    house.simulator.unsend(group, message.id, user=rin, wait=True)
    eventually("both are erased", lambda: not house.rows(jobs, jobs.c.chat_id == group), 60)


def test_an_edit_in_time_saves_the_first_painting(slow_house: House) -> None:
    """What is being painted is put down, and only what the message says now is brought."""
    house = slow_house
    group, rin = house.group()
    message = house.simulator.send(group, "@絵筆 赤いりんご", user=rin)
    house.wait_until_painting(group)
    house.simulator.edit(group, message.id, "@絵筆 青いりんご", user=rin, wait=True)
    ticket = house.simulator.wait_for(
        group, lambda it: it.by_bot and any("pick:" in act["data"] for act in it.actions()), 60
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
    [room] = [it for it in house.simulator.rooms() if it["id"] == group]
    other = next(it["id"] for it in room["members"] if it["id"] != rin and it["name"] != "絵筆")
    house.simulator.send(group, "@絵筆 赤いりんご", user=rin, wait=True)
    house.simulator.send(group, "@絵筆 青い海", user=other, wait=True)
    [first] = house.rows(jobs, jobs.c.user_id == rin)
    house.simulator.member_left(group, rin, wait=True)
    eventually("it is erased", lambda: house.job_by_number(first["number"])["erased_at"], 60)
    assert house.job_by_number(first["number"])["state"] == "cancelled"
    job = house.wait_for_state(group, "waiting", "delivered")
    assert job["user_id"] == other
    if job["state"] == "waiting":
        house.simulator.postback(group, f"pick:{job['number']}", user=other)
    pictures(house, group, 1)


def test_whom_line_does_not_name(house: House) -> None:
    """An event without a userId is a wish like any other; the picture waits or comes."""
    group, rin = house.group()
    made = event("message", rin, source={"type": "group", "groupId": group})
    bot = {"index": 0, "length": 3, "type": "user", "userId": "U" + "0" * 32, "isSelf": True}
    made["message"] = {
        "type": "text",
        "id": "77007700770077",
        "text": "@絵筆 赤いりんご",
        "mention": {"mentionees": [bot]},
    }
    assert house.simulator.raw(body(made)).status == 200
    # Its reply token is nobody's, so that the picture has to find another way.
    job = house.wait_for_state(group, "waiting", "delivered")
    assert job["user_id"] is None
    if job["state"] == "waiting":
        house.simulator.send(group, f"@絵筆 {job['number']}", user=rin)
    pictures(house, group, 1)
