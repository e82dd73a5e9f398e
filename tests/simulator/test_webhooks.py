"""Webhooks: what is sent, how it is signed, and what happens when the bot is in trouble."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re

import pytest

from simulator import webhooks
from simulator.client import AOI, BOT, GROUP, HARUTO, YUI, SimulatorClient, SimulatorRefused
from tests.simulator.conftest import SECRET, Bot, Line, picture, text

ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


def test_the_signature_is_that_of_lines_own_example() -> None:
    """The vector of "Verify webhook signature"."""
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    assert webhooks.sign(SECRET, body) == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def test_the_bytes_of_a_webhook(sim: SimulatorClient, bot: Bot) -> None:
    text = sim.send(AOI, "夜の富士山🗻", wait=True)
    ((headers, raw),) = bot.received
    expected = hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()
    assert headers["x-line-signature"] == base64.b64encode(expected).decode()
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert "夜の富士山🗻".encode() in raw
    body = json.loads(raw)
    assert raw == json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    assert body["destination"] == BOT
    (event,) = body["events"]
    assert event["type"] == "message"
    assert event["mode"] == "active"
    assert event["source"] == {"type": "user", "userId": AOI}
    assert event["deliveryContext"] == {"isRedelivery": False}
    assert event["timestamp"] >= text.at
    assert ULID.fullmatch(event["webhookEventId"])
    assert len(event["replyToken"]) == 32
    message = event["message"]
    assert (message["id"], message["text"]) == (text.id, "夜の富士山🗻")
    assert message["quoteToken"]
    assert message["markAsReadToken"]
    assert set(message) == {"type", "id", "text", "quoteToken", "markAsReadToken"}


def test_ids_never_repeat(sim: SimulatorClient, bot: Bot) -> None:
    for _ in range(20):
        sim.send(AOI, "はい")
    events = bot.wait(20)
    for key in ("webhookEventId", "replyToken"):
        assert len({event[key] for event in events}) == 20
    assert len({event["message"]["id"] for event in events}) == 20


def test_a_mention_is_counted_in_utf16(sim: SimulatorClient, bot: Bot) -> None:
    sim.send(GROUP, "🗻🗻 @絵筆 と @はると へ @All", user=YUI, wait=True)
    (event,) = bot.events()
    assert event["source"] == {"type": "group", "groupId": GROUP, "userId": YUI}
    assert event["message"]["mention"]["mentionees"] == [
        {"index": 5, "length": 3, "type": "user", "userId": BOT, "isSelf": True},
        {"index": 11, "length": 4, "type": "user", "userId": HARUTO, "isSelf": False},
        {"index": 18, "length": 4, "type": "all"},
    ]


def test_mention_bot_puts_the_name_in_front(sim: SimulatorClient, bot: Bot) -> None:
    message = sim.send(GROUP, "猫", mention_bot=True, wait=True)
    assert message.text == "@絵筆 猫"
    assert bot.events()[0]["message"]["mention"]["mentionees"][0]["isSelf"] is True


def test_there_are_no_mentions_between_two(sim: SimulatorClient, bot: Bot) -> None:
    sim.send(AOI, "@絵筆 猫", wait=True)
    assert "mention" not in bot.events()[0]["message"]


def test_quotes_stickers_emojis_and_sets(sim: SimulatorClient, bot: Bot) -> None:
    first = sim.send(AOI, "赤いりんご", wait=True)
    quoting = sim.send(AOI, "これ(love)", quote=first.id, wait=True, emojis=[{"index": 2}])
    sim.send(AOI, sticker={"packageId": "1", "stickerId": "2"}, wait=True)
    sim.send(AOI, image=picture(), image_set={"id": "S", "index": 1, "total": 2}, wait=True)
    _, quote, sticker, image = [event["message"] for event in bot.events()]
    assert quote["quotedMessageId"] == first.id
    assert quote["emojis"] == [{"index": 2}]
    assert quoting.quote == {"id": first.id, "text": "赤いりんご"}
    assert (sticker["type"], sticker["packageId"], sticker["stickerId"]) == ("sticker", "1", "2")
    assert (sticker["stickerResourceType"], sticker["keywords"]) == ("STATIC", ["Hello"])
    assert "text" not in sticker
    assert image["imageSet"] == {"id": "S", "index": 1, "total": 2}


def test_stickers_with_keywords_and_with_words_of_ones_own(sim: SimulatorClient, bot: Bot) -> None:
    sim.send(AOI, sticker={"stickerId": "1993"}, wait=True)
    sim.send(AOI, sticker={"keywords": ["Happy"]}, wait=True)
    sim.send(AOI, sticker={"text": "おはよう"}, wait=True)
    known, given, written = [event["message"] for event in bot.events()]
    assert (known["stickerResourceType"], known["keywords"]) == ("STATIC", ["Happy", "cat"])
    assert given["keywords"] == ["Happy"]
    assert (written["stickerResourceType"], written["text"]) == ("MESSAGE", "おはよう")


def test_unsend(sim: SimulatorClient, bot: Bot) -> None:
    message = sim.send(AOI, "ひみつ", wait=True)
    sim.unsend(AOI, message.id, wait=True)
    event = bot.events()[1]
    assert event["unsend"] == {"messageId": message.id}
    assert "replyToken" not in event
    (shown,) = sim.messages(AOI)
    assert shown.unsent
    assert "ひみつ" not in json.dumps(shown.raw, ensure_ascii=False)
    with pytest.raises(SimulatorRefused):
        sim.unsend(AOI, message.id)


def test_edit_in_a_group(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    message = sim.send(GROUP, "@絵筆 犬", wait=True)
    sim.edit(GROUP, message.id, "@絵筆 猫", wait=True)
    before, after = bot.events()
    assert after["type"] == "messageEdited"
    assert after["message"]["id"] == message.id
    assert after["message"]["text"] == "@絵筆 猫"
    assert after["message"]["mention"]
    assert after["message"]["quoteToken"] != before["message"]["quoteToken"]
    assert "markAsReadToken" not in after["message"]
    for event in (before, after):
        quoting = text(quoteToken=event["message"]["quoteToken"])
        assert line.reply(event["replyToken"], quoting).status == 200
    shown = sim.messages(GROUP)[0]
    assert (shown.text, shown.edited) == ("@絵筆 猫", True)


def test_only_ones_own_texts_in_groups_can_be_edited(sim: SimulatorClient) -> None:
    alone = sim.send(AOI, "犬")
    with pytest.raises(SimulatorRefused):
        sim.edit(AOI, alone.id, "猫")
    message = sim.send(GROUP, "犬", user=YUI)
    with pytest.raises(SimulatorRefused):
        sim.edit(GROUP, message.id, "猫", user=HARUTO)


def test_postback(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    sim.postback(AOI, "pick:7", display_text="受け取る", wait=True)
    sim.postback(GROUP, "when", params={"date": "2026-11-22"}, user=HARUTO, wait=True)
    first, second = bot.events()
    assert first["postback"] == {"data": "pick:7"}
    assert second["postback"] == {"data": "when", "params": {"date": "2026-11-22"}}
    assert second["source"]["userId"] == HARUTO
    assert [each.text for each in sim.messages(AOI)] == ["受け取る"]
    assert line.reply(first["replyToken"], text()).status == 200


def test_friends_come_and_go(sim: SimulatorClient, bot: Bot) -> None:
    sim.unfollow(AOI, wait=True)
    with pytest.raises(SimulatorRefused):
        sim.send(AOI, "もしもし")
    sim.follow(AOI, wait=True)
    sim.follow(HARUTO, wait=True)
    gone, back, new = bot.events()
    assert (gone["type"], "replyToken" in gone) == ("unfollow", False)
    assert back["follow"] == {"isUnblocked": True}
    assert new["follow"] == {"isUnblocked": False}
    assert new["source"] == {"type": "user", "userId": HARUTO}
    assert new["replyToken"]


def test_groups_change(sim: SimulatorClient, bot: Bot) -> None:
    sim.member_left(GROUP, YUI, wait=True)
    sim.member_joined(GROUP, YUI, wait=True)
    sim.leave(GROUP, wait=True)
    with pytest.raises(SimulatorRefused):
        sim.send(GROUP, "だれか")
    sim.join(GROUP, wait=True)
    left, joined, leave, join = bot.events()
    source = {"type": "group", "groupId": GROUP}
    member = {"members": [{"type": "user", "userId": YUI}]}
    assert (left["type"], left["left"], left["source"]) == ("memberLeft", member, source)
    assert (joined["type"], joined["joined"]) == ("memberJoined", member)
    assert (leave["type"], join["type"], join["source"]) == ("leave", "join", source)
    with_token = [event["type"] for event in (left, joined, leave, join) if "replyToken" in event]
    assert with_token == ["memberJoined", "join"]


def test_standby_has_no_reply_tokens(sim: SimulatorClient, bot: Bot) -> None:
    sim.settings(mode="standby")
    sim.send(AOI, "はい", wait=True)
    (event,) = bot.events()
    assert event["mode"] == "standby"
    assert "replyToken" not in event


def test_webhooks_can_be_switched_off(sim: SimulatorClient, bot: Bot) -> None:
    sim.settings(webhookActive=False)
    sim.send(AOI, "はい", wait=True)
    assert sim.webhooks() == []
    assert bot.received == []


def test_sending_does_not_wait_for_the_bot(sim: SimulatorClient, bot: Bot) -> None:
    bot.go_on.clear()
    sim.send(AOI, "はい")
    assert sim.messages(AOI)
    bot.wait(1)
    assert sim.webhooks()[0]["status"] is None
    bot.go_on.set()
    sim.wait_for_webhook(lambda entry: entry["status"] == 200)


def test_a_late_answer_is_a_timeout(sim: SimulatorClient, bot: Bot) -> None:
    bot.go_on.clear()
    sim.send(AOI, "はい")
    bot.wait(1)
    bot.go_on.wait(2.1)
    bot.go_on.set()
    entry = sim.wait_for_webhook(lambda each: each["ms"] is not None)
    assert (entry["status"], entry["error"]) == (200, "request_timeout")
    assert entry["ms"] > 2000


def test_errors_of_the_bot_are_told(sim: SimulatorClient, bot: Bot) -> None:
    bot.status = 500
    sim.send(AOI, "一", wait=True)
    bot.drop = True
    sim.send(AOI, "二", wait=True)
    sim.settings(webhook="http://127.0.0.1:9/callback")
    sim.send(AOI, "三", wait=True)
    outcomes = [(each["status"], each["error"]) for each in sim.webhooks()]
    assert outcomes == [(500, "error_status_code"), (0, "unclassified"), (0, "could_not_connect")]
    assert [each["events"][0]["message"]["text"] for each in sim.webhooks()] == ["一", "二", "三"]
    assert len(bot.received) == 2  # no redelivery unless it is switched on


def test_redelivery_until_the_bot_is_well(sim: SimulatorClient, bot: Bot) -> None:
    sim.settings(redelivery=True, redeliveryMs=[20, 20, 20])
    bot.status = 503
    sim.send(AOI, "はい")
    bot.wait(2)
    bot.status = 200
    sim.wait_for_webhook(lambda entry: entry["status"] == 200)
    events = bot.events()
    assert len({event["webhookEventId"] for event in events}) == 1
    assert len({event["replyToken"] for event in events}) == 1
    assert len({event["timestamp"] for event in events}) == 1
    redelivered = [event["deliveryContext"]["isRedelivery"] for event in events]
    assert redelivered == [False] + [True] * (len(events) - 1)


def test_redelivery_gives_up(sim: SimulatorClient, bot: Bot) -> None:
    sim.settings(redelivery=True, redeliveryMs=[10, 10])
    bot.status = 500
    sim.send(AOI, "はい")
    bot.wait(3)
    last = sim.wait_for_webhook(lambda entry: len(sim.webhooks()) == 3 and entry["ms"] is not None)
    assert last["status"] == 500
    sim.send(AOI, "おわり", wait=True)
    texts = [event["message"]["text"] for event in bot.events()]
    assert texts[:4] == ["はい"] * 3 + ["おわり"]


def test_raw_webhooks(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    assert sim.raw({"destination": BOT, "events": []}).status == 200
    assert bot.received[-1][1] == b'{"destination":"' + BOT.encode() + b'","events":[]}'
    strange = {"replyToken": "t", "source": {"type": "user", "userId": ["not", "an", "id"]}}
    assert sim.raw({"destination": BOT, "events": [strange]}).status == 200
    assert sim.raw("{こわれた").body == "noted"
    headers, raw = bot.received[-1]
    assert raw == "{こわれた".encode()
    assert headers["x-line-signature"] == webhooks.sign(SECRET, raw)
    sim.raw("{}", signature="wrong", headers={"X-Test": "1"})
    assert bot.received[-1][0]["x-line-signature"] == "wrong"
    assert bot.received[-1][0]["x-test"] == "1"
    sim.raw("{}", signature="")
    assert "x-line-signature" not in bot.received[-1][0]


def test_reply_tokens_of_raw_webhooks_work(sim: SimulatorClient, line: Line) -> None:
    event = {
        "type": "postback",
        "replyToken": "f" * 32,
        "source": {"type": "group", "groupId": GROUP, "userId": AOI},
    }
    sim.raw({"destination": BOT, "events": [event, event]})
    assert [line.reply("f" * 32, text()).status for _ in range(2)] == [200, 400]
    assert len(sim.bot_messages(GROUP)) == 1


def test_a_redelivered_raw_webhook_renews_its_token(sim: SimulatorClient, line: Line) -> None:
    """As a redelivery of the simulator's own does; a copy of the first one does not."""
    sim.settings(replyTokenTtl=0)
    event = {"type": "follow", "replyToken": "e" * 32, "source": {"type": "user", "userId": AOI}}
    sim.raw({"destination": BOT, "events": [event]})
    sim.settings(replyTokenTtl=60)
    sim.raw({"destination": BOT, "events": [event]})
    assert line.reply("e" * 32, text()).status == 400
    again = event | {"deliveryContext": {"isRedelivery": True}}
    sim.raw({"destination": BOT, "events": [again]})
    assert line.reply("e" * 32, text()).status == 200


def test_an_unknown_event_cannot_be_redelivered(sim: SimulatorClient) -> None:
    with pytest.raises(SimulatorRefused, match="404"):
        sim.redeliver("01FZ74A0TDDPYRVKNK77XKC3ZR")
