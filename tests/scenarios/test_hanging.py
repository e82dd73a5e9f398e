"""A worker hangs, in a step or as a whole: it is seen, and every picture still comes, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.store import schema
from bot.store.clock import now
from bot.store.workers import ALIVE_SECONDS, Worker, all_workers
from bot.tasks.lease import HANG_EXIT_STATUS
from bot.texts import gettext
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import START_SECONDS, Process, eventually

# Long enough to be caught at it, on any machine; a hang is noticed after some seconds.
ENV = {
    "SWEEP_INTERVAL_SECONDS": "0.5",
    "LEASE_SECONDS": "3",
    "NUM_INFERENCE_STEPS": "80",
    "STEP_TIMEOUT_SECONDS": "4",
    "ENGINE_SLOTS": "1",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[House]:
    """A house with two workers, one of which may hang."""
    house = House(tmp_path_factory.mktemp("hanging"), model, ENV, fork=True)
    command = "python -m tests.scenarios.hanging_worker"
    house.processes["frail"] = Process(
        "frail", command, house.env, house.folder, fork=True, torch=True
    )
    try:
        house.open()
        eventually("both workers are alive", lambda: len(alive(house)) == 2, START_SECONDS)
        yield house
    finally:
        house.close()


def workers(house: House) -> list[Worker]:
    """The rows of those who paint."""
    with house.database.read() as db:
        return [worker for worker in all_workers(db) if worker.process == "worker"]


def listed(house: House, state: str) -> list[dict[str, Any]]:
    """What `python -m bot workers` says of those who paint and are in this state."""
    rows: list[dict[str, Any]] = json.loads(house.ask("workers", "--json"))
    return [row for row in rows if (row["process"], row["state"]) == ("worker", state)]


def alive(house: House) -> set[int]:
    return {worker.pid for worker in workers(house) if worker.state == "alive"}


def bring(house: House, person: str) -> None:
    """Let a picture come, by tapping if it takes that long."""
    job = house.wait_for_state(person, "waiting", "delivered", timeout=2 * PATIENCE)
    if job["state"] == "waiting":
        house.simulator.tap(
            house.simulator.wait_for(person, lambda message: message.type == "flex")
        )
    house.wait_for_state(person, "delivered")


def test_a_step_hangs(house: House) -> None:
    """The worker ends itself, another one paints its job, and the operators' chat is told."""
    operator = house.person("管理者")
    code = json.loads(house.ask("adminchat", "--json"))["code"]
    house.simulator.send(operator, f"/管理 {code}")
    house.wait_for_text(operator, gettext("state.joined", "ja"))

    steady = house.processes["worker"].pid
    [frail] = alive(house) - {steady}
    (house.folder / "hang").touch()
    people = [house.person(name) for name in ("みお", "りく", "そら", "りん")]
    for person in people:  # so many that each of the workers takes one
        house.simulator.send(person, "赤いりんご")
    eventually(
        "the worker that hangs ends itself",
        lambda: any(worker.state == "hung" for worker in workers(house)),
        PATIENCE,
    )
    [hung] = listed(house, "hung")
    assert hung["pid"] == frail
    number = hung["hung"]["number"]
    assert "HUNG" in house.ask("workers")
    for person in people:
        bring(house, person)
    house.settle()
    assert [len(house.pictures(user)) for user in people] == [1] * len(people)
    again = [house.job(user) for user in people if house.job(user)["attempts"] > 1]
    assert [(room["number"], room["attempts"]) for room in again] == [(number, 2)]

    [line] = house.log_entries("frail", "worker.hung")
    assert (line["code"], line["number"], line["pid"]) == ("hung", number, frail)
    assert house.processes["frail"].wait(PATIENCE) == HANG_EXIT_STATUS, (
        "not 0: a supervisor starts another"
    )
    house.start("frail")
    back = eventually("another is there", lambda: alive(house) - {steady}, PATIENCE)
    assert frail not in back

    house.wait_for_text(operator, gettext("alarm.worker_hung", "ja"))
    pushes = [m.text or "" for m in house.simulator.bot_messages(operator) if m.via == "push"]
    assert sum(gettext("alarm.worker_hung", "ja") in text for text in pushes) == 1
    assert not any(number in text for text in pushes)
    house.simulator.send(operator, "/状態")
    answer = house.wait_for_text(operator, gettext("state.title", "ja"))
    assert answer.via == "reply"
    assert gettext("alarm.worker_hung", "ja") in (answer.text or "")


def test_a_worker_freezes_as_a_whole(house: House) -> None:
    """SIGSTOP in mid-paint: its lease runs out; when it goes on, nothing comes a second time."""
    eventually("both workers are alive", lambda: len(alive(house)) == 2, START_SECONDS)
    mio = house.person()
    house.simulator.send(mio, "赤いりんご")
    owner = str(house.wait_until_painting(mio)["lease_owner"])
    pid = int(owner.partition("/")[0].rpartition(":")[2])
    name = "worker" if pid == house.processes["worker"].pid else "frail"
    with house.paused(name):
        bring(house, mio)
        job = house.job(mio)
        assert job["attempts"] == 2
        with house.database.write() as db:  # time passes
            long_ago = {"seen_at": now() - ALIVE_SECONDS}
            db.execute(update(schema.workers).where(schema.workers.c.pid == pid).values(**long_ago))
        eventually(
            "it is seen to be silent",
            lambda: any(worker.state == "silent" for worker in workers(house)),
            PATIENCE,
        )
        assert [row["pid"] for row in listed(house, "silent")] == [pid]
        assert "SILENT" in house.ask("workers")
    eventually("it is back", lambda: pid in alive(house), PATIENCE)
    house.settle()
    assert len(house.pictures(mio)) == 1
    assert house.job(mio)["attempts"] == 2
