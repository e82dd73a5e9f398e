"""What painted a job is kept with it, and who would paint it otherwise is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import jobs
from bot.operations import numerics
from bot.operations.timeline import read_history
from bot.store import workers
from bot.store.clock import now
from inference.models.choices import fingerprint
from tests.bot.harness import House

OURS = "tiny, float32, torch 2.13.0, UNet contiguous, cpu A, 2 threads"
THEIRS = "tiny, bfloat16, torch 2.13.0, UNet channels_last, cpu B, 8 threads"


def painted(house: House, words: str, **fields: str) -> str:
    job_id = house.drawn()
    request = replace(house.request(job_id), painted_with=words)
    house.change(job_id, request=request.to_json(), **fields)
    return job_id


def worker(house: House, name: str, about: dict[str, object], *, age: float = 0.0) -> None:
    with house.database.write() as db:
        row = workers.Worker(name, "worker", name, 1, now() - 99, now() - age, about)
        workers.save(db, row)


def differ(house: House, job_id: str) -> list[tuple[str, str]]:
    with house.database.read() as db:
        job = jobs.get(db, job_id)
        assert job is not None
        return [
            (str(other_numeric.who), other_numeric.words)
            for other_numeric in read_history(db, job).other_numerics
        ]


def test_living_workers_with_other_numbers_are_named(house: House) -> None:
    job_id = painted(house, OURS)
    worker(house, "same", {"numerics": OURS})
    worker(house, "other", {"numerics": THEIRS})
    worker(house, "older", {"dtype": "float32"})
    worker(house, "dead", {"numerics": THEIRS}, age=999)
    assert differ(house, job_id) == [("worker other", THEIRS)]


@pytest.mark.parametrize(("before", "named"), [(OURS, False), (THEIRS, True), ("", False)])
def test_the_picture_before_is_named_if_its_numbers_were_others(
    house: House, before: str, *, named: bool
) -> None:
    parent = painted(house, before)
    child = painted(house, OURS, parent_id=parent)
    who = f"the picture before, {house.job(parent).number}"
    assert differ(house, child) == ([(who, before)] if named else [])


def test_a_job_that_nobody_painted_differs_from_nobody(house: House) -> None:
    worker(house, "other", {"numerics": THEIRS})
    job_id = house.add()
    assert differ(house, job_id) == []
    assert numerics.lines(house.request(job_id), ()) == []


def test_a_fingerprint_is_of_the_words() -> None:
    assert fingerprint(OURS) == fingerprint(str(OURS))
    assert len({fingerprint(OURS), fingerprint(THEIRS), fingerprint("")}) == 3
