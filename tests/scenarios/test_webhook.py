"""What comes in at /callback, and what must not."""

from __future__ import annotations

import pytest

from bot.store.schema import events, jobs
from simulator.conformance import Conformance
from tests.scenarios.events import body, message_event
from tests.scenarios.house import PATIENCE, House

pytestmark = pytest.mark.core


@pytest.mark.parametrize("signature", ["", "bm9uZQ==", "あ"])
def test_a_forged_webhook_is_refused(house: House, signature: str) -> None:
    """Only LINE knows the channel secret: nothing of what others send is even stored."""
    mio = house.person()
    event = message_event(mio, "赤いりんご")
    headers = {"x-line-signature": signature.encode().decode("latin-1")}

    assert house.simulator.raw(body(event), headers=headers).status == 400
    assert house.rows(events, events.c.id == event["webhookEventId"]) == []
    assert house.rows(jobs, jobs.c.chat_id == mio) == []


def test_a_body_changed_on_its_way_is_refused(house: House) -> None:
    """The signature is over the very bytes: one more blank and it is another body."""
    mio = house.person()
    genuine = house.simulator.raw(body())
    assert genuine.status == 200
    sent = house.simulator.raw('{"events": [] }', signature=_signature(house, '{"events":[]}'))
    assert sent.status == 400
    assert house.rows(jobs, jobs.c.chat_id == mio) == []


def test_the_console_can_verify_the_webhook(house: House) -> None:
    """LINE's console sends a webhook without events and wants a 200."""
    assert house.simulator.raw(body()).status == 200


def test_a_strange_event_costs_its_neighbour_nothing(house: House) -> None:
    """One webhook: an event of a future kind, a broken one, no event at all, and a good one."""
    mio = house.person()
    good = message_event(mio, "赤いりんご")
    future = message_event(mio, "x") | {"type": "holographicMessage"}
    broken = message_event(mio, "x") | {"message": "this should be an object", "source": 7}

    assert house.simulator.raw(body(future, broken, 5, good)).status == 200  # type: ignore[arg-type]
    house.wait_for_picture(mio)


def test_standby_is_heard_and_not_answered(house: House) -> None:
    """While another module has the chat (standby), the bot stores the event and says nothing."""
    mio = house.person()
    house.simulator.settings(mode="standby")
    house.simulator.send(mio, "赤いりんご", wait=True)
    house.simulator.send(mio, "使い方", wait=True)

    house.settle()
    received = [webhook["events"][0]["webhookEventId"] for webhook in house.simulator.webhooks()]
    assert {event["mode"] for event in house.rows(events, events.c.id.in_(received))} == {"standby"}
    assert len(received) == 2
    assert house.rows(jobs, jobs.c.chat_id == mio) == []
    # The profile of the person before may still be asked for: another story's, late.
    calls = [
        call for call in house.simulator.log() if call["method"] != "GET" or mio in call["path"]
    ]
    assert calls == [], "not one call to LINE"


def test_the_bot_keeps_the_rules_that_other_bots_are_checked_for(house: House) -> None:
    """What `line-simulator check` plays to any bot, played to this one."""
    check = Conformance(house.simulator, patience=PATIENCE, quiet=2.0)
    assert [verdict for verdict in check.run() if not verdict.kept] == []
    house.settle()


def test_an_oversized_body_is_refused(house: House) -> None:
    """LINE's webhooks are small; nobody gets to fill the memory."""
    assert house.simulator.raw("x" * 3_000_000).status == 413


def _signature(house: House, text: str) -> str:
    import base64
    import hashlib
    import hmac

    digest = hmac.new(house.secret.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
