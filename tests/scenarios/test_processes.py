"""Processes die, are stopped for a deploy, or lose power: every picture still comes, once."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually


def wait_until_published(house: House, person: str) -> None:
    """Wait until the worker's message is with the broker: the animation's is published after it."""

    def shown() -> bool:
        return any(call["chat"] == person for call in house.simulator.log("/chat/loading/start"))

    eventually("the loading animation", shown, PATIENCE)


def test_a_worker_killed_at_its_easel(any_slow_house: House) -> None:
    """kill -9 while it paints: its lease runs out, and the next worker paints the picture."""
    house = any_slow_house
    mio = house.person()
    house.simulator.send(mio, "赤いりんご")
    house.wait_until_painting(mio)
    house.restart("worker")

    house.bring(mio)
    assert house.job(mio)["attempts"] == 2


def test_a_worker_stopped_for_a_deploy(any_slow_house: House) -> None:
    """SIGTERM while it paints: it stops in mid-paint and puts the job back, as if untouched."""
    house = any_slow_house
    mio = house.person()
    house.simulator.send(mio, "赤いりんご")
    house.wait_until_painting(mio)
    house.processes["worker"].terminate()
    assert house.processes["worker"].wait(PATIENCE) == 0

    job = house.job(mio)
    assert (job["state"], job["attempts"], job["lease_owner"]) == ("queued", 0, None)
    house.start("worker")
    house.bring(mio)
    assert house.job(mio)["attempts"] == 1, "the stop was no failure of the job's"


@pytest.mark.slow
def test_a_courier_killed_while_it_talks_to_line(any_house: House) -> None:
    """kill -9 during two replies, of which LINE has taken one: both people get one picture.

    Nobody can know which of the two arrived. The next courier tries the tokens again: one still
    works, so its picture had not come; the other is refused as used, so its picture had.
    """
    house = any_house
    people = [house.person("みお"), house.person("りん")]
    stack = ExitStack()
    with house.paused("worker"):
        for person in people:
            house.simulator.send(person, "赤いりんご", wait=True)
            wait_until_published(house, person)
        stack.enter_context(house.paused("courier"))
    with stack:
        for person in people:
            house.wait_for_state(person, "drawn")
        house.simulator.fault("reply", "hang")
        house.simulator.fault("reply", "hang-after")
    house.simulator.wait_for_request(lambda request: request["fault"] == "hang", PATIENCE)
    eventually("one arrives", lambda: any(map(house.pictures, people)), PATIENCE)
    house.kill("courier")
    assert sorted(len(house.pictures(user)) for user in people) == [0, 1]
    house.simulator.clear_faults()
    house.start("courier")

    for person in people:
        house.wait_for_picture(person)
    house.settle()
    assert [len(house.pictures(user)) for user in people] == [1, 1]
    assert [house.job(user)["state"] for user in people] == ["delivered"] * 2


def test_a_deploy(house: House) -> None:
    """SIGTERM to everything: all stop, and what was asked for comes afterwards."""
    mio = house.person()
    with house.paused("worker"):
        house.simulator.send(mio, "赤いりんご", wait=True)
    names = ("web", "worker", "courier", "clock")
    for name in names:
        house.processes[name].terminate()
    statuses = {name: house.processes[name].wait(PATIENCE) for name in names}
    assert statuses == dict.fromkeys(names, 0)
    house.start(*names)

    house.arrives_once(mio)


@pytest.mark.slow
def test_a_power_cut(any_slow_house: House) -> None:
    """Everything but LINE dies in the same instant, and is started again some time later."""
    house = any_slow_house
    mio, rin = house.person("みお"), house.person("りん")
    for person in (mio, rin):
        house.simulator.send(person, "赤いりんご")
        house.simulator.wait_for_typing(person)  # so the broker has heard of it
    house.wait_until_painting(mio)
    names = [name for name in house.processes if name != "simulator"]
    house.kill(*names)
    house.start(*names)

    for person in (mio, rin):
        house.bring(person)
