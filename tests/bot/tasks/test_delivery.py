"""The courier and LINE: exactly once, at the least cost, whatever goes wrong on the way."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from bot import jobs
from bot.jobs import CANCELLED, DELIVERED, DRAWN, FAILED, WAITING
from bot.jobs.kept_outcomes import count_in_doubt
from bot.line import LineClient
from bot.prompt import StoredRequest
from bot.settings import Settings
from bot.storage import FolderStorage
from bot.store import outbox, schema, workers
from bot.store.clock import now
from bot.tasks.delivery import Courier
from bot.tasks.runtime import Runtime
from bot.tasks.sending import LEASE_SECONDS, MAX_TRIES, OutboxSender, SendResult
from bot.tasks.tickets import TicketOffice
from simulator.client_types import Msg
from tests.bot.harness import AOI, GROUP, House, Line, together

REPLIED = [("result", "reply", "sent")]
PUSHED = [("result", "push", "sent")]


def painted(house: House, line: Line, *, token: bool = True, **fields: Any) -> str:
    """A painted job, with a reply token that LINE knows."""
    given = line.token(fields.get("chat", AOI)) if token else None
    return house.drawn(token=given, **fields)


def due(house: House, job_id: str) -> None:
    """Let a postponed delivery's time come, as if the courier's lease and backoff were over."""
    house.change(job_id, deliver_at=now() - 1, deliver_lease=None)
    mine = schema.deliveries.c.job_id == job_id
    house.set(schema.deliveries, mine, lease_until=now() - 1)


def with_settings(courier: Courier, **changes: Any) -> Courier:
    courier._settings = replace(courier._settings, **changes)
    courier._budget._reserve = courier._settings.push_reserve
    return courier


def hasty(courier: Courier) -> None:
    """Let calls give up after half a second, for faults that hang."""
    client = LineClient(courier._settings, timeout=(3.0, 0.5))
    courier._sender._line = courier._budget._line = client


# --- reply


def test_a_good_token_carries_the_picture_for_free(
    house: House, line: Line, courier: Courier
) -> None:
    job_id = painted(house, line)
    courier.deliver(job_id)
    assert line.kinds() == ["reply:image", "reply:flex"]
    assert house.ends() == REPLIED
    job = house.job(job_id)
    assert (job.state, job.deliver_at, job.deliver_lease) == (DELIVERED, None, None)
    assert job.finished_at is not None
    assert house.deliveries()[0]["line_request_id"] == line.calls("reply")[0]["requestId"]
    assert line.calls("quota") == [], "a reply needs no budget"
    courier.deliver(job_id)
    assert len(line.calls("reply")) == 1


def test_what_a_chat_was_shown_is_known_by_line_s_ids(
    house: House, line: Line, courier: Courier
) -> None:
    job_id = painted(house, line)
    courier.deliver(job_id)
    shown = house.rows(schema.shown)
    assert {row["job_id"] for row in shown} == {job_id}
    assert len({row["message_id"] for row in shown}) == len(line.kinds())


def test_a_delivery_that_another_courier_has_is_left_to_it(
    house: House, line: Line, sender: OutboxSender
) -> None:
    job_id = painted(house, line)
    with house.database.write() as db:
        token, at = line.token(), now()
        delivery_id = outbox.add_reply(db, "result", token=token, token_at=at, job_id=job_id)
        assert outbox.claim(db, delivery_id, LEASE_SECONDS)
    assert sender.send(delivery_id) is SendResult.LOCKED
    assert line.calls("reply") == []


def test_the_chat_hears_of_a_failure_once(house: House, line: Line, courier: Courier) -> None:
    job_id = house.add(token=line.token())
    house.claim(job_id)
    with house.database.write() as db:
        jobs.fail(db, job_id, "unsafe", owner="w")
    courier.deliver(job_id)
    courier.deliver(job_id)
    [message] = line.bot_messages(AOI)
    assert message.text is not None
    assert house.job(job_id).number in message.text
    assert house.state(job_id) == FAILED
    assert house.job(job_id).finished_at is not None


def test_many_couriers_bring_one_picture(house: House, line: Line, courier: Courier) -> None:
    for _ in range(5):
        job_id = painted(house, line)
        before = line.pictures()
        together([lambda each=job_id: courier.deliver(each)] * 4)  # type: ignore[misc]
        assert line.pictures() == before + 1
        assert house.ends(job_id) == REPLIED


def test_a_token_that_died_early_leads_to_a_push(
    house: House, line: Line, courier: Courier
) -> None:
    job_id = house.drawn(token=line.token(ttl=-1))
    courier.deliver(job_id)
    assert line.kinds() == ["push:image", "push:flex"]
    assert house.ends() == [("result", "reply", "dead"), *PUSHED]
    assert house.state(job_id) == DELIVERED


def test_a_token_that_is_too_old_is_not_even_tried(
    house: House, line: Line, courier: Courier
) -> None:
    job_id = house.drawn(token=line.token(), age=56)
    courier.deliver(job_id)
    assert house.ends() == PUSHED
    assert line.calls("reply") == []


@pytest.mark.parametrize("kind", ["drop-after", "hang-after", "500-after"])
def test_a_reply_that_landed_without_an_answer_is_not_sent_again(
    house: House, line: Line, courier: Courier, kind: str
) -> None:
    line.fault("reply", kind, ms=3000 if kind == "hang-after" else None)
    if kind == "hang-after":
        hasty(courier)
    job_id = painted(house, line)
    courier.deliver(job_id)
    assert line.pictures() == 1
    assert house.ends() == REPLIED
    [delivery] = house.deliveries()
    assert (delivery["doubt"], delivery["error_code"]) == (True, "invalid_reply_token")
    assert house.state(job_id) == DELIVERED


def test_a_token_that_may_have_died_before_a_doubtful_reply_proves_nothing(
    house: House, line: Line, courier: Courier
) -> None:
    """LINE's minute began when it sent the webhook, which took ten seconds to reach the bot."""
    token = line.token(ttl=-1)
    job_id = house.drawn(token=token, age=51)
    line.fault("reply", "drop")
    courier.deliver(job_id)
    assert line.pictures() == 0
    assert house.ends() == [("result", "reply", "uncertain")]
    assert house.state(job_id) != DELIVERED


@pytest.mark.parametrize("kind", ["drop", "hang", "500"])
def test_a_reply_that_did_not_land_is_sent_again_at_once(
    house: House, line: Line, courier: Courier, kind: str
) -> None:
    line.fault("reply", kind, ms=3000 if kind == "hang" else None)
    if kind == "hang":
        hasty(courier)
    job_id = painted(house, line)
    courier.deliver(job_id)
    assert line.pictures() == 1
    assert house.ends() == REPLIED
    assert house.state(job_id) == DELIVERED


def test_a_reply_nobody_knows_about_is_never_followed_by_a_push(
    house: House, line: Line, courier: Courier
) -> None:
    line.fault("reply", "drop-after")
    line.fault("reply", "500")
    job_id = painted(house, line)
    courier.deliver(job_id)
    assert house.ends() == [("result", "reply", "ready")]  # the token lives: it is tried again
    house.set(schema.deliveries, schema.deliveries.c.job_id == job_id, token_at=now() - 120)
    line.fault("reply", "500")
    courier.deliver(job_id)
    assert house.ends() == [("result", "reply", "uncertain")]
    assert (house.state(job_id), house.job(job_id).deliver_at) == (WAITING, None)
    house.change(job_id, deliver_at=now())  # even if somebody looks again
    courier.deliver(job_id)
    assert line.calls("push") == []
    assert line.pictures() == 1
    # Whoever asks gets it.
    house.tap(job_id, line.token())
    courier.deliver(job_id)
    assert house.ends() == [("result", "reply", "uncertain"), *REPLIED]
    assert house.state(job_id) == DELIVERED


def lose_reply(house: House, line: Line, courier: Courier, job_id: str) -> None:
    """Deliver a job by a reply that lands, and of which LINE says nothing while it could."""
    line.fault("reply", "drop-after")
    line.fault("reply", "500")
    courier.deliver(job_id)
    house.set(schema.deliveries, schema.deliveries.c.job_id == job_id, token_at=now() - 120)
    line.fault("reply", "500")
    courier.deliver(job_id)


def uncertain(house: House, line: Line, courier: Courier, **fields: Any) -> str:
    """A job whose reply had no answer until its token was too old to tell."""
    job_id = painted(house, line, **fields)
    lose_reply(house, line, courier, job_id)
    assert house.ends()[-1] == ("result", "reply", "uncertain")
    assert (house.state(job_id), house.job(job_id).deliver_at) == (WAITING, None)
    return job_id


def offers(line: Line, chat: str = AOI) -> list[Msg]:
    """The lines that offer what is kept."""
    return [message for message in line.bot_messages(chat) if "お預かり" in (message.text or "")]


def answer(house: House, sender: OutboxSender, line: Line, chat: str = AOI) -> str:
    """Answer something else in a chat, by a free reply; returns the delivery's id."""
    with house.database.write() as db:
        delivery = outbox.add_reply(
            db,
            outbox.ANSWER,
            token=line.token(chat),
            token_at=now(),
            chat_id=chat,
            messages=[{"type": "text", "text": "はい"}],
        )
    sender.send(delivery)
    return delivery


def test_what_is_in_doubt_is_offered_once_with_the_next_free_reply(
    house: House, line: Line, courier: Courier, sender: OutboxSender
) -> None:
    job_id = uncertain(house, line, courier)
    number = house.job(job_id).number
    answer(house, sender, line, GROUP)  # another chat learns nothing of it
    assert offers(line, GROUP) == []
    answer(house, sender, line)
    [offer] = offers(line)
    assert offer.text is not None
    assert number in offer.text
    assert "\n" not in offer.text
    [item] = quick_replies(offer)
    assert item["action"]["data"] == f"pick:{number}"
    answer(house, sender, line)
    assert len(offers(line)) == 1
    assert line.pictures() == 1
    house.tap(job_id, line.token())
    courier.deliver(job_id)
    assert (line.pictures(), house.state(job_id), line.calls("push")) == (2, DELIVERED, [])
    assert all(row["recipient"] is None for row in house.deliveries())


def test_a_picture_brings_the_offer_of_another_and_is_alone_what_it_shows(
    house: House, line: Line, courier: Courier
) -> None:
    lost = uncertain(house, line, courier)
    job_id = painted(house, line)
    courier.deliver(job_id)
    [offer] = offers(line)
    labels = [item["action"]["label"] for item in quick_replies(offer)]
    assert labels == [f"受け取る {house.job(lost).number}"]
    assert line.bot_messages(AOI)[-1] == offer
    assert job_id not in {row["job_id"] for row in shown_as(house, offer)}
    assert (house.state(job_id), house.state(lost)) == (DELIVERED, WAITING)


def quick_replies(message: Msg) -> list[dict[str, Any]]:
    assert message.quick_reply is not None
    items: list[dict[str, Any]] = message.quick_reply["items"]
    return items


def shown_as(house: House, message: Msg) -> list[dict[str, Any]]:
    """What somebody means who quotes this message."""
    return [row for row in house.rows(schema.shown) if row["message_id"] == message.id]


def test_an_offer_that_did_not_arrive_is_made_again(
    house: House, line: Line, courier: Courier, sender: OutboxSender
) -> None:
    uncertain(house, line, courier)
    line.fault("reply", "400")
    answer(house, sender, line)
    assert offers(line) == []
    answer(house, sender, line)
    assert len(offers(line)) == 1


def test_a_tap_in_doubt_is_offered_again_though_a_ticket_came_before(
    house: House, line: Line, courier: Courier, sender: OutboxSender
) -> None:
    job_id = uncertain(house, line, courier)
    answer(house, sender, line)
    house.tap(job_id, line.token())
    lose_reply(house, line, courier, job_id)
    answer(house, sender, line)
    assert len(offers(line)) == 2


@pytest.mark.parametrize("change", ["erased", "old", "cancelled", "asked for"])
def test_what_nobody_expects_any_more_is_not_offered(
    house: House, line: Line, courier: Courier, sender: OutboxSender, change: str
) -> None:
    job_id = uncertain(house, line, courier)
    changes: dict[str, dict[str, Any]] = {
        "erased": {"erase_at": now()},
        "old": {"drawn_at": now() - 25 * 3600},
        "cancelled": {"state": CANCELLED},
        "asked for": {"deliver_at": now(), "state": DRAWN},
    }
    house.change(job_id, **changes[change])
    answer(house, sender, line)
    assert offers(line) == []


def test_an_apology_in_doubt_is_offered_too_and_several_share_a_line(
    house: House, line: Line, courier: Courier, sender: OutboxSender
) -> None:
    numbers = set()
    for fails in (True, False, False, False):
        job_id = uncertain(house, line, courier)
        if fails:
            house.change(job_id, state=FAILED, error_code="paint_failed", drawn_at=None)
        numbers.add(house.job(job_id).number)
    offered = []
    for count in (3, 1):
        answer(house, sender, line)
        offer = line.bot_messages(AOI)[-1]
        assert len(quick_replies(offer)) == count
        offered += [number for number in numbers if number in (offer.text or "")]
    assert sorted(offered) == sorted(numbers)
    answer(house, sender, line)
    assert line.bot_messages(AOI)[-1].text == "はい"


def test_a_push_without_an_answer_until_its_key_is_too_old_is_offered(
    house: House, line: Line, courier: Courier, sender: OutboxSender
) -> None:
    job_id = painted(house, line, token=False)
    line.fault("push", "500")
    courier.deliver(job_id)
    due(house, job_id)
    mine = schema.deliveries.c.job_id == job_id
    house.set(schema.deliveries, mine, created_at=now() - 21 * 3600)
    house.change(job_id, drawn_at=now() - 21 * 3600)
    line.fault("push", "500")
    courier.deliver(job_id)
    assert house.ends() == [("result", "push", "uncertain")]
    with house.database.read() as db:
        assert count_in_doubt(db) == 1
    answer(house, sender, line)
    assert len(offers(line)) == 1
    house.tap(job_id, line.token())
    courier.deliver(job_id)
    with house.database.read() as db:
        assert count_in_doubt(db) == 0


def test_invalid_token_says_nothing_when_it_is_too_old(
    house: House, line: Line, courier: Courier
) -> None:
    """A courier died in mid-call, and the token's minute is over: it may or may not have landed."""
    token = line.token(ttl=-1)
    job_id = house.drawn()
    with house.database.write() as db:
        delivery = outbox.add_reply(
            db, outbox.RESULT, token=token, token_at=now() - 70, job_id=job_id
        )
        outbox.claim(db, delivery, -1)
    courier.deliver(job_id)
    assert house.ends() == [("result", "reply", "uncertain")]
    assert line.calls("push") == []
    assert house.state(job_id) == WAITING


@pytest.mark.parametrize("landed", [True, False])
def test_a_courier_that_died_in_mid_call(
    house: House, line: Line, courier: Courier, landed: bool
) -> None:
    token = line.token()
    job_id = house.drawn(token=token)
    with house.database.write() as db:
        assert jobs.claim_delivery(db, job_id, -1)
        assert jobs.spend_token(db, token)
        delivery = outbox.add_reply(db, outbox.RESULT, token=token, token_at=now(), job_id=job_id)
        assert outbox.claim(db, delivery, -1)
    if landed:
        LineClient(courier._settings).reply(token, [{"type": "text", "text": "the picture"}])
    courier.deliver(job_id)
    assert house.ends() == REPLIED
    assert len(line.bot_messages(AOI)) == (1 if landed else 2)
    assert line.pictures() == (0 if landed else 1)
    assert house.state(job_id) == DELIVERED


def test_sent_and_delivered_are_one_instant(
    house: House, line: Line, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A courier killed right after LINE's answer must not lead to a second picture."""
    job_id = painted(house, line)
    with house.database.write() as db:
        job = jobs.claim_delivery(db, job_id, LEASE_SECONDS)
        assert job is not None
        step = courier._next_step(db, job)
    courier._follow(job, step)  # and here it dies, before anything else
    due(house, job_id)
    courier.deliver(job_id)
    assert line.pictures() == 1
    assert house.ends() == REPLIED


def test_too_many_requests_are_waited_out(house: House, line: Line, courier: Courier) -> None:
    line.fault("reply", "429-rate")
    job_id = painted(house, line)
    courier.deliver(job_id)
    assert house.ends() == [("result", "reply", "ready")]
    job = house.job(job_id)
    assert (job.state, job.deliver_lease) == (DRAWN, None)
    assert job.deliver_at is not None
    assert 0.2 < job.deliver_at - now() < 2
    due(house, job_id)
    courier.deliver(job_id)
    assert house.ends() == REPLIED
    assert line.pictures() == 1


def test_line_is_away_altogether(
    house: House, line: Line, settings: Settings, courier: Courier
) -> None:
    """Nothing listens at LINE's address: nothing was sent, so everything may be tried again."""
    job_id = painted(house, line)
    Runtime(settings).courier.deliver(job_id)
    assert house.ends() == [("result", "reply", "ready")]
    assert house.deliveries()[0]["doubt"] is False
    due(house, job_id)
    courier.deliver(job_id)
    assert house.ends() == REPLIED


def test_a_refused_reply_falls_back_to_a_push(house: House, line: Line, courier: Courier) -> None:
    line.fault("reply", "400")
    job_id = painted(house, line)
    courier.deliver(job_id)
    assert house.ends() == [("result", "reply", "refused"), *PUSHED]


# --- push


@pytest.mark.parametrize("kind", ["drop-after", "500-after", "drop", "500"])
def test_a_push_is_repeated_with_its_key_until_line_has_it(
    house: House, line: Line, courier: Courier, kind: str
) -> None:
    line.fault("push", kind, times=2)
    job_id = painted(house, line, token=False)
    for _ in range(3):
        courier.deliver(job_id)
        due(house, job_id)
    assert line.pictures() == 1
    calls = line.calls("push")
    assert len(calls) == 3
    assert len({call["retryKey"] for call in calls}) == 1
    assert calls[0]["body"] == calls[1]["body"] == calls[2]["body"]
    assert house.ends() == PUSHED
    assert house.state(job_id) == DELIVERED
    assert line.settings()["used"] == 1
    if kind.endswith("-after"):
        assert calls[-1]["status"] == 409, "the key was accepted before, which is success"


def test_a_push_keeps_its_words_even_if_the_job_is_changed(
    house: House, line: Line, courier: Courier
) -> None:
    line.fault("push", "500")
    job_id = painted(house, line, token=False)
    courier.deliver(job_id)
    house.change(job_id, language="en")
    due(house, job_id)
    courier.deliver(job_id)
    first, second = line.calls("push")
    assert first["body"] == second["body"]


def test_the_month_is_over(house: House, line: Line, courier: Courier) -> None:
    line.fault("push", "429-quota")
    job_id = painted(house, line, token=False)
    courier.deliver(job_id)
    assert house.ends() == [("result", "push", "refused")]
    assert (house.state(job_id), house.job(job_id).deliver_at) == (WAITING, None)
    house.tap(job_id, line.token())
    courier.deliver(job_id)
    assert house.state(job_id) == DELIVERED
    assert line.pictures() == 1


@pytest.mark.parametrize("kind", ["drop-after", "500-after", "hang-after"])
def test_the_month_is_over_after_a_push_that_may_have_arrived(
    house: House, line: Line, courier: Courier, kind: str
) -> None:
    line.fault("push", kind)
    job_id = painted(house, line, token=False)
    courier.deliver(job_id)
    line.fault("push", "429-quota")
    due(house, job_id)
    courier.deliver(job_id)
    assert line.pictures() == 1
    assert house.ends() == [("result", "push", "uncertain")], "it is offered, not sent once more"
    assert (house.state(job_id), house.job(job_id).deliver_at) == (WAITING, None)


def test_a_push_that_is_wrong_has_not_arrived_however_often_it_was_tried(
    house: House, line: Line, courier: Courier
) -> None:
    line.fault("push", "500")
    job_id = painted(house, line, token=False)
    courier.deliver(job_id)
    line.fault("push", "400")
    due(house, job_id)
    courier.deliver(job_id)
    assert house.ends() == [("result", "push", "refused")]


@pytest.mark.parametrize(("used", "sent"), [(179, True), (180, False)])
def test_the_reserve_is_left_alone(
    house: House, line: Line, courier: Courier, used: int, sent: bool
) -> None:
    line.set_quota(200, used)
    job_id = painted(house, line, token=False)
    courier.deliver(job_id)
    assert line.pictures() == int(sent)
    assert house.state(job_id) == (DELIVERED if sent else WAITING)


@pytest.mark.parametrize(("used", "sent"), [(177, True), (178, False)])
def test_a_push_to_a_group_costs_its_members(
    house: House, line: Line, courier: Courier, used: int, sent: bool
) -> None:
    line.set_quota(200, used)
    job_id = painted(house, line, token=False, chat=GROUP)
    courier.deliver(job_id)
    assert line.pictures(GROUP) == int(sent)
    assert [delivery["price"] for delivery in house.deliveries()] == ([3] if sent else [])


def test_our_own_pushes_count_before_line_says_so(
    house: House, line: Line, courier: Courier
) -> None:
    """What LINE said about the quota is kept for a minute, in which many pictures may come."""
    line.set_quota(200, 178)
    ids = [painted(house, line, token=False) for _ in range(4)]
    for job_id in ids:
        courier.deliver(job_id)
    assert line.pictures() == 2
    assert len(line.calls("message/quota")) == 1


def test_without_a_limit_everything_may_be_pushed(
    house: House, line: Line, courier: Courier
) -> None:
    line.set_quota(None, 10_000)
    job_id = painted(house, line, token=False)
    courier.deliver(job_id)
    assert house.state(job_id) == DELIVERED


def test_pushing_can_be_switched_off(house: House, line: Line, courier: Courier) -> None:
    with_settings(courier, push_enabled=False)
    job_id = painted(house, line, token=False)
    courier.deliver(job_id)
    assert (line.log(), house.state(job_id)) == ([], WAITING)


def test_nothing_is_pushed_to_those_who_are_gone(
    house: House, line: Line, courier: Courier
) -> None:
    """LINE would answer 200 and deliver nothing."""
    job_id = painted(house, line, token=False)
    house.set(schema.chats, schema.chats.c.id == AOI, reachable=False)
    courier.deliver(job_id)
    assert (line.log(), house.state(job_id)) == ([], WAITING)


def test_a_budget_that_cannot_be_read_is_not_guessed(
    house: House, line: Line, courier: Courier
) -> None:
    line.fault("quota", "500")
    job_id = painted(house, line, token=False)
    courier.deliver(job_id)
    assert line.calls("push") == []
    assert house.state(job_id) == DRAWN
    due(house, job_id)
    courier.deliver(job_id)
    assert house.state(job_id) == DELIVERED


def test_a_group_that_the_bot_has_left_waits_for_ever_without_harm(
    house: House, line: Line, courier: Courier
) -> None:
    job_id = painted(house, line, token=False, chat=GROUP)
    line.leave(GROUP)
    courier.deliver(job_id)
    assert line.calls("push") == []
    assert house.state(job_id) == WAITING


def test_two_slow_couriers_push_once(house: House, line: Line, courier: Courier) -> None:
    """While one asks for the price its lease runs out, and another takes over."""
    line.settings(latencyMs=60)
    for _ in range(3):
        job_id = painted(house, line, token=False)
        stop = threading.Event()

        def expire(it: str = job_id, stop: threading.Event = stop) -> None:
            while not stop.wait(0.02):
                house.change(it, deliver_lease=now() - 1)

        impatience = threading.Thread(target=expire)
        impatience.start()
        before = line.pictures()
        together([lambda each=job_id: courier.deliver(each)] * 3)  # type: ignore[misc]
        stop.set()
        impatience.join()
        due(house, job_id)
        courier.deliver(job_id)
        assert line.pictures() == before + 1
        assert len(house.ends(job_id)) == 1


# --- tickets


def old(house: House, line: Line, chat: str = AOI, age: float = 46.0) -> str:
    """An unfinished job whose reply token is about to die."""
    return house.add(token=line.token(chat), age=age, chat=chat)


def test_a_dying_token_is_spent_on_a_ticket(
    house: House, line: Line, tickets: TicketOffice
) -> None:
    job_id = old(house, line)
    tickets.offer_ticket(job_id)
    assert line.kinds() == ["reply:flex"]
    assert house.ends() == [("ticket", "reply", "sent")]
    assert house.job(job_id).ticket_at is not None
    [message] = line.bot_messages(AOI)
    assert {action["data"] for action in message.actions()} == {f"pick:{house.job(job_id).number}"}


def test_no_ticket_before_its_time_or_after_the_picture(
    house: House, line: Line, tickets: TicketOffice
) -> None:
    tickets.offer_ticket(old(house, line, age=40))
    tickets.offer_ticket(old(house, line, age=56))
    finished = old(house, line)
    house.paint(finished)
    tickets.offer_ticket(finished)
    tickets.offer_ticket("no such job")
    assert line.log() == []


def test_many_ticks_offer_one_ticket(house: House, line: Line, tickets: TicketOffice) -> None:
    for _ in range(3):
        job_id = old(house, line)
        together([lambda each=job_id: tickets.offer_ticket(each)] * 4)  # type: ignore[misc]
        assert house.ends(job_id) == [("ticket", "reply", "sent")]
    assert len(line.calls("reply")) == 3


def test_after_a_ticket_the_picture_waits_for_the_tap(
    house: House, line: Line, courier: Courier, tickets: TicketOffice
) -> None:
    job_id = old(house, line)
    tickets.offer_ticket(job_id)
    house.paint(job_id)
    courier.deliver(job_id)
    assert (house.state(job_id), house.job(job_id).deliver_at) == (WAITING, None)
    assert line.calls("push") == line.calls("quota") == []
    house.tap(job_id, line.token())
    courier.deliver(job_id)
    assert house.state(job_id) == DELIVERED
    assert line.pictures() == 1


def test_a_ticket_that_came_too_late_leads_to_a_push(
    house: House, line: Line, courier: Courier, tickets: TicketOffice
) -> None:
    job_id = house.add(token=line.token(ttl=-1), age=50)
    tickets.offer_ticket(job_id)
    assert house.ends() == [("ticket", "reply", "dead")]
    assert house.job(job_id).ticket_at is None
    house.paint(job_id)
    courier.deliver(job_id)
    assert line.kinds() == ["push:image", "push:flex"]


def test_no_push_while_a_ticket_is_on_its_way(
    house: House, line: Line, courier: Courier, tickets: TicketOffice
) -> None:
    job_id = old(house, line)
    line.settings(latencyMs=200)
    offering = threading.Thread(target=tickets.offer_ticket, args=[job_id])
    offering.start()
    while not house.deliveries(job_id):
        pass
    house.paint(job_id)
    courier.deliver(job_id)
    offering.join()
    assert house.state(job_id) == DRAWN
    due(house, job_id)
    courier.deliver(job_id)
    assert house.state(job_id) == WAITING, "the ticket stands, so the tap can be awaited"
    assert line.calls("push") == []


@pytest.mark.parametrize("pushes_left", [None, 0])
def test_a_tap_while_the_courier_decides_brings_the_picture_now(
    house: House, line: Line, courier: Courier, pushes_left: int | None
) -> None:
    """The tap comes while the price of a push is asked for: no push, and no waiting for a sweep."""
    line.set_quota(pushes_left, 0)
    line.settings(latencyMs=150)
    job_id = painted(house, line, token=False)
    deciding = threading.Thread(target=courier.deliver, args=[job_id])
    deciding.start()
    line.wait_for_request(lambda entry: entry["path"].endswith("quota"))
    house.tap(job_id, line.token())
    deciding.join()
    assert house.state(job_id) == DELIVERED
    assert line.kinds() == ["reply:image", "reply:flex"]
    assert line.calls("push") == []


def test_taps_and_couriers_at_the_same_moment(house: House, line: Line, courier: Courier) -> None:
    """The courier puts the picture aside while the tap comes: it must be brought all the same."""
    with_settings(courier, push_enabled=False)
    for _ in range(8):
        job_id = painted(house, line, token=False)
        before, token = line.pictures(), line.token()

        def tap(it: str = job_id, token: str = token) -> None:
            house.tap(it, token)
            courier.deliver(it)

        together([lambda each=job_id: courier.deliver(each), tap])  # type: ignore[misc]
        assert house.state(job_id) == DELIVERED
        assert line.pictures() == before + 1


# --- what was taken back


def test_nothing_is_brought_that_was_taken_back(house: House, line: Line, courier: Courier) -> None:
    job_id = painted(house, line, message="m1")
    with house.database.write() as db:
        jobs.unsend(db, "m1")
    courier.deliver(job_id)
    assert (line.log(), house.state(job_id)) == ([], CANCELLED)


def test_taken_back_between_decision_and_call(
    house: House, line: Line, sender: OutboxSender
) -> None:
    token = line.token()
    job_id = house.drawn(token=token, message="m1")
    with house.database.write() as db:
        jobs.claim_delivery(db, job_id, LEASE_SECONDS)
        jobs.spend_token(db, token)
        delivery = outbox.add_reply(db, outbox.RESULT, token=token, token_at=now(), job_id=job_id)
        jobs.unsend(db, "m1")
    sender.send(delivery)
    assert line.log() == []
    assert house.ends() == [("result", "reply", "dead")]


def test_taken_back_while_the_price_is_asked(house: House, line: Line, courier: Courier) -> None:
    line.settings(latencyMs=150)
    job_id = painted(house, line, token=False, message="m1")
    deciding = threading.Thread(target=courier.deliver, args=[job_id])
    deciding.start()
    line.wait_for_request(lambda entry: entry["path"].endswith("quota"))
    with house.database.write() as db:
        jobs.unsend(db, "m1")
    deciding.join()
    assert line.calls("push") == []
    assert house.state(job_id) == CANCELLED


@pytest.mark.parametrize("kind", [outbox.RESEND, outbox.TICKET])
def test_what_was_taken_back_is_not_shown_again(
    house: House, line: Line, courier: Courier, sender: OutboxSender, kind: str
) -> None:
    job_id = painted(house, line, message="m1")
    courier.deliver(job_id)
    text = None if kind == outbox.RESEND else [{"type": "text", "text": "x"}]
    with house.database.write() as db:
        delivery = outbox.add_reply(
            db, kind, token=line.token(), token_at=now(), job_id=job_id, messages=text
        )
        jobs.unsend(db, "m1")
    sender.send(delivery)
    assert len(line.calls("reply")) == 1


# --- the rest


def test_again_shows_a_delivered_picture_once_more(
    house: House, line: Line, courier: Courier, sender: OutboxSender
) -> None:
    job_id = painted(house, line)
    courier.deliver(job_id)
    with house.database.write() as db:
        delivery = outbox.add_reply(
            db, outbox.RESEND, token=line.token(), token_at=now(), job_id=job_id
        )
    sender.send(delivery)
    sender.send(delivery)
    assert line.pictures() == 2
    assert house.ends() == [*REPLIED, ("again", "reply", "sent")]


def test_an_answer_that_fails_is_given_up_when_its_token_is_dead(
    house: House, line: Line, sender: OutboxSender
) -> None:
    with house.database.write() as db:
        delivery = outbox.add_reply(
            db,
            outbox.ANSWER,
            token=line.token(),
            token_at=now() - 60,
            messages=[{"type": "text", "text": "x"}],
        )
    line.fault("reply", "429-rate")
    sender.send(delivery)
    assert house.ends() == [("answer", "reply", "refused")]


def test_the_picture_is_announced_under_its_own_address(
    house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    job_id = painted(house, line)
    courier.deliver(job_id)
    with house.database.read() as db:
        [picture] = jobs.pictures_of(db, job_id)
    image, bubble = line.calls("reply")[0]["body"]["messages"]
    assert image["originalContentUrl"] == storage.url(picture.key)
    assert image["previewImageUrl"] == storage.url(picture.preview_key)
    assert job_id not in str(image)
    assert AOI not in str(image)
    assert house.job(job_id).number in bubble["altText"]


def quoting(house: House, line: Line) -> str:
    """A painted job in a 1:1 chat whose wish can be quoted."""
    sent = line.send(AOI, "海")
    token = next(each for each, (_, of) in line.state.quotes.items() if of == sent.id)
    job_id = painted(house, line)
    house.change(job_id, quote_token=token)
    return job_id


def test_in_a_private_chat_a_picture_quotes_only_what_is_not_right_above_it(
    house: House, line: Line, courier: Courier
) -> None:
    alone = quoting(house, line)
    courier.deliver(alone)
    assert line.kinds() == ["reply:image", "reply:flex"]
    house.change(alone, finished_at=now() - 9, created_at=now() - 10)
    first, second = quoting(house, line), quoting(house, line)
    courier.deliver(second)
    courier.deliver(first)
    kinds = line.kinds()[2:]
    assert kinds == ["reply:image", "reply:flex", "reply:text", "reply:image", "reply:flex"]
    [text] = [message for message in line.bot_messages(AOI) if message.type == "text"]
    assert text.quote
    third = quoting(house, line)
    fourth = painted(house, line)
    house.change(fourth, created_at=now() - 60, finished_at=now() + 1, state=DELIVERED)
    courier.deliver(third)
    assert line.kinds()[-3:] == ["reply:text", "reply:image", "reply:flex"], "another came between"


def test_after_its_ticket_a_picture_quotes_its_wish(
    house: House, line: Line, courier: Courier
) -> None:
    job_id = quoting(house, line)
    house.change(job_id, ticket_at=now() - 5)
    courier.deliver(job_id)
    assert line.kinds() == ["reply:text", "reply:image", "reply:flex"]


@pytest.mark.parametrize(("enlarges", "offered"), [(True, True), (False, False), (None, True)])
def test_refining_is_offered_where_the_worker_can(
    house: House, line: Line, courier: Courier, enlarges: bool | None, offered: bool
) -> None:
    about = {} if enlarges is None else {"enlarges": enlarges}
    with house.database.write() as db:
        workers.save(db, workers.Worker("h:1", "worker", "h", 1, now(), now(), about))
    job_id = painted(house, line)
    courier.deliver(job_id)
    bubble = line.bot_messages(AOI)[-1]
    assert any(act.get("data", "").startswith("fine:") for act in bubble.actions()) == offered


@pytest.mark.parametrize("request_", [StoredRequest("海", origin="fine"), None])
def test_what_is_refined_or_as_large_as_can_be_is_not_refined_again(
    house: House, line: Line, courier: Courier, request_: StoredRequest | None
) -> None:
    job_id = painted(house, line, request=request_)
    if request_ is None:
        house.set(schema.pictures, schema.pictures.c.job_id == job_id, width=1536)
    courier.deliver(job_id)
    bubble = line.bot_messages(AOI)[-1]
    assert "fine" not in {act.get("data", "").partition(":")[0] for act in bubble.actions()}


def test_the_loading_animation_is_for_unfinished_jobs_of_people(
    house: House, line: Line, tickets: TicketOffice
) -> None:
    mine, groups, finished = house.add(), house.add(chat=GROUP), house.drawn()
    for job_id in (groups, finished, "no such job"):
        tickets.show_loading(job_id)
    assert line.log() == []
    tickets.show_loading(mine)
    assert line.typing(AOI)


def test_an_animation_that_fails_is_no_failure(
    house: House, line: Line, tickets: TicketOffice
) -> None:
    line.fault("loading", "500")
    tickets.show_loading(house.add())


@pytest.mark.parametrize("last_try", [False, True])
def test_an_unexpected_error_lets_go_of_the_job(
    house: House, line: Line, courier: Courier, last_try: bool
) -> None:
    """It is tried again later, and after a day of it only if somebody asks."""
    job_id = painted(house, line)
    house.change(job_id, deliver_tries=MAX_TRIES - (1 if last_try else 2))
    [picture] = house.rows(schema.pictures)
    key = "../../etc/passwd"  # no storage has an address for that
    house.set(schema.pictures, schema.pictures.c.job_id == job_id, key=key)
    with pytest.raises(ValueError, match="Not the key"):
        courier.deliver(job_id)
    job = house.job(job_id)
    assert job.deliver_lease is None
    if last_try:
        assert (job.state, job.deliver_at) == (WAITING, None)
    else:
        assert job.state == DRAWN
        assert job.deliver_at is not None
        assert job.deliver_at > now()
    house.set(schema.pictures, schema.pictures.c.job_id == job_id, key=picture["key"])
    due(house, job_id)
    house.tap(job_id, line.token())
    courier.deliver(job_id)
    assert (house.state(job_id), line.pictures()) == (DELIVERED, 1)


@pytest.mark.parametrize(("tries", "pictures"), [(MAX_TRIES - 1, 1), (MAX_TRIES, 0)])
def test_a_message_that_was_tried_for_a_day_is_given_up(
    house: House, line: Line, courier: Courier, tries: int, pictures: int
) -> None:
    """What LINE does not take by then it never will; the picture waits for who asks."""
    line.fault("push", "500")
    job_id = painted(house, line, token=False)
    courier.deliver(job_id)
    house.set(schema.deliveries, schema.deliveries.c.job_id == job_id, tries=tries)
    due(house, job_id)
    courier.deliver(job_id)
    assert line.pictures() == pictures
    [delivery] = house.deliveries(job_id)
    if not pictures:
        assert (delivery["state"], delivery["error_code"]) == ("refused", "tried_too_often")
        assert (house.state(job_id), house.job(job_id).deliver_at) == (WAITING, None)
        house.tap(job_id, line.token())
        courier.deliver(job_id)
    assert (house.state(job_id), line.pictures()) == (DELIVERED, 1)
