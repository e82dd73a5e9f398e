"""Several jobs in one worker: painted in one batch, each stored and woken for as if alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import jobs
from bot.jobs import CANCELLED, DRAWN, QUEUED
from bot.settings import Settings
from bot.tasks.draw import DrawResult
from bot.tasks.runtime import Runtime
from inference.engine.painter import EnginePainter
from tests.bot.harness import House

pytestmark = [pytest.mark.slow, pytest.mark.core]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.inference.tiny import make_checkpoint

    return make_checkpoint(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def runtime(settings: Settings, model: Path) -> Iterator[Runtime]:
    item = Runtime(
        replace(settings, model=str(model), device="cpu", engine_slots=3, lease_seconds=1.0)
    )
    yield item
    item.painter.close()
    item.database.close()


class Worker:
    """As many threads as the painter has slots would run these; here, one for each job."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.results: dict[str, DrawResult] = {}
        self.threads: list[threading.Thread] = []

    def take(self) -> None:
        """One message of the broker: the next job, whichever that is."""

        def work() -> None:
            result, job_id = self.runtime.job_painter.draw_next_job()
            assert job_id is not None
            self.results[job_id] = result

        self.threads.append(threading.Thread(target=work))
        self.threads[-1].start()

    def done(self) -> dict[str, DrawResult]:
        for thread in self.threads:
            thread.join(150)
            assert not thread.is_alive()
        return self.results


def wish(house: House, steps: int, **fields: str) -> str:
    job_id = house.add(**fields)  # type: ignore[arg-type]
    house.change(job_id, request=replace(house.request(job_id), steps=steps, seed=7).to_json())
    return job_id


def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 150
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_two_jobs_share_a_batch_and_both_arrive(runtime: Runtime, house: House) -> None:
    painter = runtime.painter
    assert isinstance(painter, EnginePainter)
    assert painter.slots == 3
    rows: list[int] = []
    hook = painter.model.unet.register_forward_pre_hook(lambda _, given: rows.append(len(given[0])))
    worker = Worker(runtime)
    first, second = wish(house, 60), wish(house, 60)
    worker.take()
    until(lambda: rows)
    worker.take()
    assert set(worker.done().values()) == {DrawResult.DRAWN}
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
    assert len({len(picture) for picture in pictures}) <= 2


def test_one_is_taken_back_and_the_other_arrives(runtime: Runtime, house: House) -> None:
    worker = Worker(runtime)
    gone, stays = wish(house, 500, message="m1"), wish(house, 60)
    worker.take()
    worker.take()
    until(lambda: runtime.painter.status().active == 2)
    with house.database.write() as db:
        jobs.unsend(db, "m1")
    assert worker.done() == {gone: DrawResult.NOTHING, stays: DrawResult.DRAWN}
    assert (house.state(gone), house.state(stays)) == (CANCELLED, DRAWN)


def test_a_stop_gives_all_of_them_back_within_a_step(runtime: Runtime, house: House) -> None:
    worker = Worker(runtime)
    ids = [wish(house, 500) for _ in range(5)]  # three in the batch, two before its door
    for _ in ids:
        worker.take()
    until(lambda: runtime.painter.status().waiting == 2)
    runtime.stopping.set()
    request = time.monotonic()
    assert worker.done() == dict.fromkeys(ids, DrawResult.STOPPED)
    assert time.monotonic() - request < 10
    assert {(house.state(job_id), house.job(job_id).attempts) for job_id in ids} == {(QUEUED, 0)}
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
        assert jobs.recover_expired(db, 3) == ([], [])
    assert any((house.job(job_id).step or 0) > 0 for job_id in ids)
    runtime.stopping.set()
    worker.done()
