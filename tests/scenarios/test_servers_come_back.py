"""The broker restarts, stands still or comes back empty under paints: nobody ends over it."""

from __future__ import annotations

import time

import pytest

from tests.scenarios.house import House

NAMES = ("web", "worker", "courier", "clock")
PAUSE_SECONDS = 32.0  # longer than the interval of health checks and any time-out after it


def lives(house: House) -> dict[str, int]:
    """The process ids: another one means that a process ended."""
    for name in NAMES:
        assert house.processes[name].alive, f"{name} has ended by itself"
    return {name: house.processes[name].pid for name in NAMES}


def goes_on(house: House, people: list[str], before: dict[str, int]) -> None:
    """Everybody's picture comes once, and so does one more; nobody was started anew."""
    for person in people:
        house.bring(person)
        assert house.job(person)["attempts"] == 1, "its paint went on meanwhile"
    later = house.person("そら")
    house.simulator.send(later, "赤いりんご")
    house.bring(later)
    assert lives(house) == before


@pytest.mark.parametrize("back", ["as it was", "empty"])
def test_the_broker_restarts_in_mid_paint(any_slow_house: House, back: str) -> None:
    """It comes back with its messages, or moved to another machine, without any."""
    house = any_slow_house
    before = lives(house)
    mio, rin = house.person("みお"), house.person("りん")
    for person in (mio, rin):
        house.simulator.send(person, "赤いりんご")
        house.wait_for_state(person, "queued", "drawing", "drawn", "waiting", "delivered")
    house.kill("broker")
    if back == "empty":
        house.forget_broker()
    time.sleep(1)
    house.start("broker")
    goes_on(house, [mio, rin], before)


@pytest.mark.slow
def test_the_broker_stands_still_in_mid_paint(any_slow_house: House) -> None:
    """Longer than time-outs and health checks: what it was told last is lost on the way."""
    house = any_slow_house
    before = lives(house)
    mio, rin = house.person("みお"), house.person("りん")
    house.simulator.send(mio, "赤いりんご")
    house.wait_until_painting(mio)
    with house.paused("broker"):
        house.simulator.send(rin, "赤いりんご")
        time.sleep(PAUSE_SECONDS)
    goes_on(house, [mio, rin], before)
