"""web is killed while webhooks arrive: nothing is lost, and the next webhook is answered soon."""

from __future__ import annotations

import os
import signal
import time

import psutil
import pytest

from tests.scenarios.events import body
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

pytestmark = pytest.mark.core

SOON = 20.0  # a quarter of a second, and however busy this machine is
KILLS = 3


def kill_child(house: House) -> None:
    """kill -9 the child that answers requests; its master starts another."""
    master = psutil.Process(house.processes["web"].pid)
    child = eventually("a child of web", master.children, PATIENCE)[0]
    os.kill(child.pid, signal.SIGKILL)


def answered_within(house: House, seconds: float) -> None:
    """A webhook is answered by 200 in this time, be it after some that nobody took."""
    started = time.monotonic()
    eventually("an answer of web", lambda: house.simulator.raw(body()).status == 200, seconds)
    assert time.monotonic() - started < seconds


def came_once(house: House, person: str) -> None:
    """The picture stands in the chat once; by a push, where its token grew old meanwhile."""
    house.wait_for_state(person, "delivered")
    house.settle()
    house.wait_for_picture(person)
    assert len(house.pictures(person)) == 1


def test_its_child_is_killed_while_webhooks_arrive(house: House) -> None:
    """What nobody answered is sent again by LINE; what was answered is there, and done once."""
    house.simulator.settings(redelivery=True, redeliveryMs=[200, 1000, 3000, 10_000])
    people = []
    for _ in range(KILLS):
        for _ in range(3):
            people.append(house.person())
            house.simulator.send(people[-1], "赤いりんご")
        kill_child(house)
        people.append(house.person())
        house.simulator.send(people[-1], "赤いりんご")
        answered_within(house, SOON)
    for person in people:
        came_once(house, person)
    assert house.processes["web"].alive, "its master went on all the while"


def test_its_master_is_killed_while_webhooks_arrive(house: House) -> None:
    """The child ends by itself, and makes room for the web that the supervisor starts."""
    house.simulator.settings(redelivery=True, redeliveryMs=[200, 1000, 3000, 10_000])
    people = [house.person() for _ in range(3)]
    house.simulator.send(people[0], "赤いりんご")
    web = house.processes["web"]
    orphans = psutil.Process(web.pid).children()
    os.kill(web.pid, signal.SIGKILL)
    web.wait(PATIENCE)
    house.simulator.send(people[1], "赤いりんご")
    house.start("web")
    house.simulator.send(people[2], "赤いりんご")
    answered_within(house, SOON)
    _, alive = psutil.wait_procs(orphans, timeout=PATIENCE)
    assert alive == [], "what it had accepted is cut off with it, so nothing is fetched before"
    for person in people:
        came_once(house, person)
