"""Several jobs in one worker: painted in one batch, each stored and woken for as if alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import jobs
from bot.drawing import Result, draw
from bot.jobs import CANCELLED, DRAWN, QUEUED
from bot.runtime import Runtime
from bot.settings import Settings
from inference.painter import Painter
from tests.bot.house import House

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.inference.tiny import make_checkpoint

    return make_checkpoint(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def runtime(settings: Settings, model: Path) -> Iterator[Runtime]:
    it = Runtime(
        replace(settings, model=str(model), device="cpu", engine_slots=3, lease_seconds=1.0)
    )
    yield it
    it.painter.close()
    it.database.close()


class Worker:
    """As many threads as the painter has slots would run these; here, one for each job."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.results: dict[str, Result] = {}
        self.threads: list[threading.Thread] = []

    def take(self) -> None:
        """One message of the broker: the next job, whichever that is."""

        def work() -> None:
            result, job_id = draw(self.runtime)
            assert job_id is not None
            self.results[job_id] = result

        self.threads.append(threading.Thread(target=work))
        self.threads[-1].start()

    def done(self) -> dict[str, Result]:
        for thread in self.threads:
            thread.join(150)
            assert not thread.is_alive()
        return self.results


def wish(house: House, steps: int, **more: str) -> str:
    job_id = house.add(**more)  # type: ignore[arg-type]
    house.change(job_id, request={**(house.job(job_id).request or {}), "steps": steps, "seed": 7})
    return job_id


def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 150
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_two_jobs_share_a_batch_and_both_arrive(runtime: Runtime, house: House) -> None:
    painter = runtime.painter
    assert isinstance(painter, Painter)
    assert painter.slots == 3
    rows: list[int] = []
    hook = painter.model.unet.register_forward_pre_hook(lambda _, given: rows.append(len(given[0])))
    worker = Worker(runtime)
    first, second = wish(house, 60), wish(house, 60)
    worker.take()
    until(lambda: rows)
    worker.take()
    assert set(worker.done().values()) == {Result.DRAWN}
    hook.remove()
    assert rows[0] == 2
    assert 4 in rows, "conditional and unconditional rows of both in one call"
    assert len(rows) < 120
    pictures = []
    for job_id in (first, second):
        assert house.state(job_id) == DRAWN
        with house.database.read() as db:
            (stored,) = jobs.pictures_of(db, job_id)
        pictures.append(runtime.storage.get(stored.key))
    assert pictures[0][:4] == b"\x89PNG"
    assert pictures[0] != b""
    assert len({len(it) for it in pictures}) <= 2


def test_one_is_taken_back_and_the_other_arrives(runtime: Runtime, house: House) -> None:
    worker = Worker(runtime)
    gone, stays = wish(house, 500, message="m1"), wish(house, 60)
    worker.take()
    worker.take()
    until(lambda: runtime.painter.status().active == 2)
    with house.database.write() as db:
        jobs.unsend(db, "m1")
    assert worker.done() == {gone: Result.NOTHING, stays: Result.DRAWN}
    assert (house.state(gone), house.state(stays)) == (CANCELLED, DRAWN)


def test_a_stop_gives_all_of_them_back_within_a_step(runtime: Runtime, house: House) -> None:
    worker = Worker(runtime)
    ids = [wish(house, 500) for _ in range(5)]  # three in the batch, two before its door
    for _ in ids:
        worker.take()
    until(lambda: runtime.painter.status().waiting == 2)
    runtime.stopping.set()
    asked = time.monotonic()
    assert worker.done() == dict.fromkeys(ids, Result.STOPPED)
    assert time.monotonic() - asked < 10
    assert {(house.state(it), house.job(it).attempts) for it in ids} == {(QUEUED, 0)}
    until(lambda: runtime.painter.status().active == 0)


def test_leases_outlive_a_long_wait_for_a_place(runtime: Runtime, house: House) -> None:
    """The heartbeat belongs to the job, not to its steps: those that wait keep their jobs too."""
    worker = Worker(runtime)
    ids = [wish(house, 500) for _ in range(4)]
    for _ in ids:
        worker.take()
    until(lambda: runtime.painter.status().waiting == 1)
    time.sleep(1.5)  # longer than a lease
    with house.database.write() as db:
        assert jobs.rescue(db, 3) == ([], [])
    assert any((house.job(it).step or 0) > 0 for it in ids)
    runtime.stopping.set()
    worker.done()
