"""What a picture needs is away for a while: it is waited for, and nobody is left in doubt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.store.schema import inbox
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

PEOPLE = 12


@contextmanager
def no_storage(house: House) -> Iterator[None]:
    """Take the folder of the pictures away: every access fails, as with a disk that is gone."""
    folder = house.pictures_dir
    aside = folder.with_name("aside")
    folder.mkdir(exist_ok=True)
    folder.rename(aside)
    folder.symlink_to(folder.name)  # points at itself: ELOOP
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)


@pytest.mark.slow
def test_a_storage_that_is_away_costs_no_attempt(house: House) -> None:
    """It is away for more tries than a job has attempts, and comes back."""
    mio = house.person()
    before = len(house.log_entries("worker", "job.awaits_service"))
    with no_storage(house):
        house.simulator.send(mio, "赤いりんご")
        eventually(
            "the worker has waited for a while",
            lambda: len(house.log_entries("worker", "job.awaits_service")) >= before + 4,
            PATIENCE,
        )
        assert house.job(mio)["state"] == "drawing"
    house.bring(mio)
    job = house.job(mio)
    assert (job["attempts"], job["error_code"]) == (1, None)


def test_a_lost_reply_is_offered_with_the_next_answer(house: House) -> None:
    """Nobody knows whether it arrived: whoever sees the chat does, and is asked in one line."""
    mio = house.person()
    house.simulator.fault("reply", "500", times=-1)
    house.simulator.send(mio, "赤いりんご")
    house.wait_for_state(mio, "drawn")
    house.let_reply_token_die(mio)
    number = house.wait_for_state(mio, "waiting")["number"]
    house.settle()
    house.simulator.clear_faults()
    assert (house.pictures(mio), house.answers("push")) == ([], [])

    house.simulator.send(mio, "使い方")
    offer = house.wait_for_text(mio, number)
    assert offer.quick_reply is not None
    house.simulator.send(mio, "受け取る")
    house.arrives_once(mio)
    house.simulator.send(mio, "使い方")
    house.settle()
    lines = [message.text or "" for message in house.simulator.bot_messages(mio)]
    assert sum("お預かり" in line for line in lines) == 1


def test_web_dies_when_the_event_is_stored_and_nobody_has_read_it(house: House) -> None:
    """kill -9 after its 200: a courier finds the event, although no message may have told it."""
    mio = house.person()
    with house.paused("courier"):
        house.simulator.send(mio, "赤いりんご", wait=True)
        assert [row["chat_key"] for row in house.rows(inbox)] == [mio]
        house.restart("web")  # which also serves the pictures
    house.bring(mio)
    assert house.rows(inbox) == []


@pytest.mark.slow
def test_a_courier_dies_in_the_midst_of_reading(house: House) -> None:
    """kill -9 with a batch claimed, some of it handled: everyone gets one picture, nobody two."""
    people = [house.person(f"人{number}") for number in range(PEOPLE)]
    with house.paused("courier"):
        for person in people:
            house.simulator.send(person, "赤いりんご", wait=True)
    eventually(
        "a batch is claimed",
        lambda: any(row["lease_owner"] for row in house.rows(inbox)),
        PATIENCE,
        pause=0.0,
    )
    house.restart("courier")
    for person in people:
        house.bring(person)
        assert house.job(person)["attempts"] == 1
    assert house.rows(inbox) == []
