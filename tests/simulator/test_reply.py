"""Reply tokens: once, for a minute, never twenty minutes after ("Send reply message")."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from simulator.client import AOI, GROUP, SimulatorClient
from tests.simulator.conftest import Bot, Line, text


def token_of(sim: SimulatorClient, bot: Bot, room: str = AOI) -> str:
    sim.send(room, "夜の富士山", wait=True)
    token: str = bot.events()[-1]["replyToken"]
    return token


def test_a_reply_appears_in_the_chat(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    answer = line.reply(token_of(sim, bot), text("一"), text("二"))
    assert answer.status == 200
    assert "x-line-request-id" in answer.headers
    sent = answer.json["sentMessages"]
    shown = sim.bot_messages(AOI)
    assert [each["id"] for each in sent] == [each.id for each in shown]
    assert all(each["quoteToken"] for each in sent)
    assert [(each.text, each.via) for each in shown] == [("一", "reply"), ("二", "reply")]


def test_a_token_works_once(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    token = token_of(sim, bot)
    assert line.reply(token, text()).status == 200
    again = line.reply(token, text())
    assert (again.status, again.json) == (400, {"message": "Invalid reply token"})
    assert len(sim.bot_messages(AOI)) == 1


def test_an_unknown_or_missing_token_is_refused(line: Line) -> None:
    assert line.reply("0" * 32, text()).json == {"message": "Invalid reply token"}
    missing = line.post("message/reply", {"messages": [text()]})
    assert (missing.status, missing.properties()) == (400, ["replyToken"])


def test_of_many_replies_at_once_one_wins(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    token = token_of(sim, bot)
    barrier = threading.Barrier(8)

    def race(_: int) -> int:
        barrier.wait()
        return line.reply(token, text()).status

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(race, range(8)))
    assert statuses == [200] + [400] * 7
    assert len(sim.bot_messages(AOI)) == 1


def test_a_token_dies_after_its_time(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    sim.settings(replyTokenTtl=0)
    assert line.reply(token_of(sim, bot), text()).json == {"message": "Invalid reply token"}


def test_redelivery_gives_a_token_another_minute(
    sim: SimulatorClient, bot: Bot, line: Line
) -> None:
    sim.settings(replyTokenTtl=0)
    token = token_of(sim, bot)
    assert line.reply(token, text()).status == 400
    sim.settings(replyTokenTtl=60)
    assert sim.redeliver(bot.events()[0]["webhookEventId"]).status == 200
    first, second = bot.events()
    assert first["deliveryContext"] == {"isRedelivery": False}
    assert second == first | {"deliveryContext": {"isRedelivery": True}}
    assert line.reply(token, text()).status == 200


def test_redelivery_does_not_revive_a_used_token(
    sim: SimulatorClient, bot: Bot, line: Line
) -> None:
    token = token_of(sim, bot)
    line.reply(token, text())
    sim.redeliver(bot.events()[0]["webhookEventId"])
    assert line.reply(token, text()).status == 400


def test_redelivery_does_not_revive_a_token_of_an_old_event(
    sim: SimulatorClient, bot: Bot, line: Line
) -> None:
    token = token_of(sim, bot)
    sim.settings(replyTokenMaxAge=0)
    sim.redeliver(bot.events()[0]["webhookEventId"])
    assert line.reply(token, text()).status == 400


def test_a_refused_message_leaves_the_token_good(
    sim: SimulatorClient, bot: Bot, line: Line
) -> None:
    token = token_of(sim, bot)
    assert line.reply(token, {"type": "text", "text": ""}).status == 400
    assert line.reply(token, text()).status == 200


def test_one_to_five_messages(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    token = token_of(sim, bot)
    for count in (0, 6):
        answer = line.reply(token, *[text()] * count)
        assert answer.json == {
            "message": "The request body has 1 error(s)",
            "details": [{"message": "Size must be between 1 and 5", "property": "messages"}],
        }
    assert line.reply(token, *[text()] * 5).status == 200


def test_a_reply_takes_no_retry_key(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    token = token_of(sim, bot)
    key = {"X-Line-Retry-Key": "123e4567-e89b-12d3-a456-426614174000"}
    assert line.reply(token, text(), headers=key).status == 400
    assert line.call("GET", "info", headers=key).status == 400
    assert line.reply(token, text()).status == 200


def test_a_reply_costs_nothing(sim: SimulatorClient, bot: Bot, line: Line) -> None:
    sim.set_quota(0)
    assert line.reply(token_of(sim, bot, GROUP), text()).status == 200
    assert line.get("message/quota/consumption").json == {"totalUsage": 0}


def test_a_quote_is_of_a_message_in_the_same_chat(
    sim: SimulatorClient, bot: Bot, line: Line
) -> None:
    message = sim.send(AOI, "赤いりんご", wait=True)
    event = bot.events()[-1]
    quote = event["message"]["quoteToken"]
    elsewhere = line.push(GROUP, text(quoteToken=quote))
    assert (elsewhere.status, elsewhere.properties()) == (400, ["messages[0].quoteToken"])
    unknown = line.reply(event["replyToken"], text(quoteToken="nothing"))
    assert (unknown.status, unknown.properties()) == (400, ["messages[0].quoteToken"])
    sticker = {"type": "sticker", "packageId": "446", "stickerId": "1988", "quoteToken": quote}
    v2 = {"type": "textV2", "text": "はい", "quoteToken": quote}
    answer = line.reply(event["replyToken"], text(quoteToken=quote), sticker, v2)
    assert answer.status == 200
    assert [each.quote for each in sim.bot_messages(AOI)] == [
        {"id": message.id, "text": "赤いりんご"}
    ] * 3
    # A quote token of the bot's own message works just as well, any number of times.
    own = answer.json["sentMessages"][0]["quoteToken"]
    assert line.push(AOI, text(quoteToken=own)).status == 200
    assert line.push(AOI, text(quoteToken=own)).status == 200


def test_a_mention_reaches_members_of_a_group_only(
    sim: SimulatorClient, bot: Bot, line: Line
) -> None:
    def hello(user: str) -> dict[str, object]:
        return {
            "type": "textV2",
            "text": "{who}さん {{できました}}",
            "substitution": {
                "who": {"type": "mention", "mentionee": {"type": "user", "userId": user}}
            },
        }

    assert line.push(GROUP, hello(AOI)).status == 200
    shown = sim.bot_messages(GROUP)[-1]
    assert shown.text == "@あおいさん {できました}"
    mentionee = {"index": 0, "length": 4, "type": "user", "userId": AOI, "isSelf": False}
    assert shown.mention == {"mentionees": [mentionee]}
    for to, user in ((AOI, AOI), (GROUP, "U" + "9" * 32), (GROUP, "U" + "0" * 32)):
        assert line.push(to, hello(user)).status == 400
    assert line.validate(hello("U" + "9" * 32)).status == 200  # cannot be known there
    assert line.validate(hello(AOI), endpoint="multicast").status == 400
