"""Several people ask at once, and one worker paints for them all in the same batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.schema import jobs
from tests.scenarios.conftest import SLOW, visit
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

# Some seconds a picture, on any machine.
ENV = {**SLOW, "ENGINE_SLOTS": "4", "NUM_INFERENCE_STEPS": "250"}


@pytest.fixture(scope="module")
def easels(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[House]:
    """A house that really paints, for several at once."""
    house = House(tmp_path_factory.mktemp("together"), model, ENV, fork=True)
    try:
        yield house.open()
    finally:
        house.close()


@pytest.fixture
def house(easels: House, request: pytest.FixtureRequest) -> Iterator[House]:
    yield from visit(easels, request)


def ask_at_once(house: House, *wishes: str) -> list[str]:
    """People whose wishes have all been read when the worker looks for one; their ids."""
    people = [house.person() for _ in wishes]
    with house.paused("worker"):
        for person, wish in zip(people, wishes, strict=True):
            house.simulator.send(person, wish, wait=True)
    return people


def test_two_people_are_painted_for_at_once_and_both_pictures_arrive(house: House) -> None:
    """Neither waits for the other's picture: both are seen in mid-paint at the same moment."""
    people = ask_at_once(house, "赤いりんご", "赤いりんご")

    def both() -> bool:
        rows = house.rows(jobs, jobs.c.chat_id.in_(people), jobs.c.state == "drawing")
        return len(rows) == 2 and all((row["step"] or 0) > 0 for row in rows)

    eventually("both are in mid-paint", both, PATIENCE)
    for person in people:
        house.bring(person)
        assert house.job(person)["attempts"] == 1


def test_a_deploy_gives_all_jobs_of_a_batch_back(house: House) -> None:
    """SIGTERM stops a worker with several paints under way as with one: in mid-paint."""
    people = ask_at_once(house, "赤いりんご", "赤いりんご", "赤いりんご")
    for person in people:
        house.wait_until_painting(person)
    house.processes["worker"].terminate()
    assert house.processes["worker"].wait(PATIENCE) == 0
    for person in people:
        job = house.job(person)
        assert (job["state"], job["attempts"], job["lease_owner"]) == ("queued", 0, None)
    house.start("worker")
    for person in people:
        house.bring(person)


def test_a_worker_of_openvino_paints_for_several_at_once(house: House) -> None:
    """The whole way with a model that was translated: in other words, as `make demo` paints.

    The last story of this house: its worker stays like that.
    """
    house.processes["worker"].env["ENGINE_COMPILE"] = "openvino"
    house.restart("worker")
    with house.set("courier", NUM_INFERENCE_STEPS="3"):
        people = ask_at_once(house, "赤いりんご", "猫 横長", "桜 縦長")
        for person in people:
            house.bring(person)
            assert house.job(person)["attempts"] == 1
    assert house.log_entries("worker", "painter.loaded")[-1]["runtime"] == "openvino"
