"""LINE answers late, wrongly or not at all: the picture still comes once, and pushes stay few."""

from __future__ import annotations

import pytest

from tests.scenarios.house import House


@pytest.mark.parametrize(
    ("trouble", "statuses"),
    [
        ("500", [500, 200]),  # LINE did not take it
        ("500-after", [500, 400]),  # it did, and said otherwise
        ("drop", [None, 200]),
        ("drop-after", [None, 400]),  # it did, and the answer was lost
        ("429-rate", [429, 200]),
    ],
)
def test_a_reply_meets_trouble(house: House, trouble: str, statuses: list[int | None]) -> None:
    """One reply goes wrong, whether or not it landed: the picture comes once, by a reply."""
    mio = house.person()
    house.simulator.fault("reply", trouble)
    house.simulator.send(mio, "赤いりんご")

    house.arrives_once(mio)
    assert house.answers("reply") == statuses
    assert house.answers("push") == []


@pytest.mark.parametrize(("trouble", "status"), [("hang", 200), ("hang-after", 400)])
def test_line_does_not_answer_a_reply(house: House, trouble: str, status: int) -> None:
    """A call that hangs is given up after its timeout and tried again."""
    mio = house.person()
    house.simulator.fault("reply", trouble, ms=30_000)
    house.simulator.send(mio, "赤いりんご")

    house.arrives_once(mio)
    house.simulator.clear_faults()
    assert house.simulator.log("/message/reply")[-1]["status"] == status


def test_a_reply_meets_lasting_trouble(house: House) -> None:
    """The token works once at most: while it lives it is tried again, and nothing else is."""
    mio = house.person()
    house.simulator.fault("reply", "500", times=3)
    house.simulator.send(mio, "赤いりんご")

    house.arrives_once(mio)
    assert house.answers("reply") == [500, 500, 500, 200]
    assert house.answers("push") == []


def test_a_reply_that_stays_uncertain_waits_to_be_asked_for(house: House) -> None:
    """No clear answer until the token is dead: a push might show it twice, so it waits."""
    mio = house.person()
    house.simulator.fault("reply", "500", times=-1)
    house.simulator.send(mio, "赤いりんご")
    house.wait_for_state(mio, "drawn")
    house.let_reply_token_die(mio)
    house.wait_for_state(mio, "waiting")
    house.settle()
    house.simulator.clear_faults()
    assert (house.pictures(mio), house.answers("push")) == ([], [])

    house.simulator.send(mio, "まだ？")
    house.arrives_once(mio)


def test_a_reply_token_that_is_too_old(house: House) -> None:
    """No ticket was offered and the token is dead: one push, with a retry key, costing one."""
    mio = house.person()
    house.simulator.settings(replyTokenTtl=0)
    house.simulator.send(mio, "赤いりんご")

    house.arrives_once(mio, "push")
    (push,) = house.simulator.log("/message/push")
    assert push["retryKey"]
    assert house.simulator.settings()["used"] == 1


@pytest.mark.parametrize(
    ("trouble", "statuses"),
    [("500", [500, 200]), ("drop-after", [None, 409]), ("500-after", [500, 409])],
)
def test_a_push_meets_trouble(house: House, trouble: str, statuses: list[int | None]) -> None:
    """A push may be repeated, since LINE knows its retry key: it arrives and costs once."""
    mio = house.person()
    house.simulator.settings(replyTokenTtl=0)
    house.simulator.fault("push", trouble)
    house.simulator.send(mio, "赤いりんご")

    house.arrives_once(mio, "push")
    assert house.answers("push") == statuses
    assert len({request["retryKey"] for request in house.simulator.log("/message/push")}) == 1
    assert house.simulator.settings()["used"] == 1


def test_line_says_that_the_month_is_spent(house: House) -> None:
    """A push refused for the monthly limit is not tried again; whoever asks gets it for free."""
    mio = house.person()
    house.simulator.settings(replyTokenTtl=0)
    house.simulator.fault("push", "429-quota")
    house.simulator.send(mio, "赤いりんご")
    house.wait_for_state(mio, "waiting")
    house.settle()
    assert (house.pictures(mio), house.answers("push")) == ([], [429])

    house.simulator.settings(replyTokenTtl=60)
    house.simulator.send(mio, "まだ？")
    house.arrives_once(mio)
    assert house.answers("push") == [429]


def test_the_failing_animation_hinders_nobody(house: House) -> None:
    """The loading animation is a courtesy: without it the picture comes all the same."""
    mio = house.person()
    house.simulator.fault("loading", "500", times=-1)
    house.simulator.send(mio, "赤いりんご")
    house.arrives_once(mio)


def test_whoever_blocked_the_bot_is_not_pushed_to(house: House) -> None:
    """LINE would answer 200 and deliver nothing: the bot knows, cancels, and spends nothing."""
    mio = house.person()
    house.simulator.settings(replyTokenTtl=0)
    with house.paused("worker"):
        house.simulator.send(mio, "赤いりんご", wait=True)
        house.simulator.unfollow(mio, wait=True)
    house.settle()
    assert house.job(mio)["state"] == "cancelled"
    assert house.answers("push") == []
