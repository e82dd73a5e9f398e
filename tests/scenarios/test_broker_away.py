"""The broker only wakes people up: without it webhooks are answered and nothing is lost."""

from __future__ import annotations

from bot.store.schema import inbox
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

# Sooner than one wait for the broker would end. LINE gives up after two seconds, which a busy
# machine may take; `make bench` says how soon it is.
ANSWER_MS = 3500


def test_a_dead_broker_costs_time_and_no_picture(any_house: House) -> None:
    """The broker is killed; two people write; it comes back; both get one picture."""
    house = any_house
    mio, rin = house.person("みお"), house.person("りん")
    house.kill("broker")
    for person in (mio, rin):
        house.simulator.send(person, "赤いりんご", wait=True)
    assert [webhook["status"] for webhook in house.simulator.webhooks()] == [200, 200]
    assert max(webhook["ms"] for webhook in house.simulator.webhooks()) < ANSWER_MS
    assert {row["chat_key"] for row in house.rows(inbox)} == {mio, rin}

    house.start("broker")
    for person in (mio, rin):
        house.bring(person)


def test_a_hung_broker_holds_nobody_up(any_house: House) -> None:
    """The broker takes connections and answers nothing: webhooks are still answered at once."""
    house = any_house
    mio, rin, sora = house.person("みお"), house.person("りん"), house.person("そら")
    lost = len(house.log_entries("web", "publisher.batch_lost"))
    with house.paused("broker"):
        for person in (mio, rin):
            house.simulator.send(person, "赤いりんご", wait=True)
        eventually(
            "the web process gives up on the broker",
            lambda: len(house.log_entries("web", "publisher.batch_lost")) > lost,
            PATIENCE,
        )
        house.simulator.send(sora, "赤いりんご", wait=True)
        assert [webhook["status"] for webhook in house.simulator.webhooks()] == [200] * 3
        assert max(webhook["ms"] for webhook in house.simulator.webhooks()) < ANSWER_MS

    for person in (mio, rin, sora):
        house.bring(person)
