"""The month's push messages: what is spent, is spent on purpose."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.conftest import Town
from tests.scenarios.house import House


@pytest.fixture(autouse=True)
def _nothing_is_believed(house: House) -> None:
    """A courier believes what LINE said of the quota for a minute; a fresh one has to ask."""
    house.restart("courier")


@pytest.fixture(autouse=True, scope="module")
def _believed_by_nobody_else(home: Town) -> Iterator[None]:
    """What is said of the quota here must not reach other stories."""
    yield
    for house in home.houses():
        house.kill("courier")  # the next story starts it again


@pytest.mark.parametrize("used", [200, 190], ids=["spent", "all but the reserve is spent"])
def test_no_push_where_the_budget_is_spent(house: House, used: int) -> None:
    """Not one push is even tried; whoever asks gets the picture for free."""
    mio = house.person()
    house.simulator.set_quota(200, used)
    house.simulator.settings(replyTokenTtl=0)
    house.simulator.send(mio, "赤いりんご")
    house.wait_for_state(mio, "waiting")
    house.settle()
    assert (house.pictures(mio), house.answers("push")) == ([], [])

    house.simulator.settings(replyTokenTtl=60)
    house.simulator.send(mio, "受け取る")
    house.arrives_once(mio)
    assert house.simulator.settings()["used"] == used


def test_a_push_to_a_group_costs_its_members(house: House) -> None:
    """Two are left: enough for one person, not for a group of three."""
    mio = house.person()
    group, rin = house.group()
    house.simulator.set_quota(200, 178)  # 20 are kept in reserve
    house.simulator.settings(replyTokenTtl=0)
    house.simulator.send(group, "@絵筆 赤いりんご", user=rin)
    house.wait_for_state(group, "waiting")
    house.settle()
    assert (house.pictures(group), house.answers("push")) == ([], [])

    house.simulator.send(mio, "赤いりんご")
    house.arrives_once(mio, "push")
    assert house.simulator.settings()["used"] == 179
