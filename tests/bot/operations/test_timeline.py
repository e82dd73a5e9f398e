"""The history of a job."""

from __future__ import annotations

from bot import jobs
from bot.operations import timeline
from bot.operations.timeline import JobHistory
from bot.store.clock import now
from tests.bot.harness import House


def read(house: House, job_id: str) -> JobHistory:
    with house.database.read() as db:
        job = jobs.get(db, job_id)
        assert job is not None
        return timeline.read_history(db, job)


def test_a_job_that_waits_has_one_open_stage(house: House) -> None:
    history = read(house, house.add())
    assert [event.text for event in timeline.list_events(history)] == ["queued"]
    [stage] = timeline.list_stages(history)
    assert (stage.name, stage.end) == ("in the queue", None)


def test_each_stage_of_a_painted_job_ends_where_the_next_begins(house: House) -> None:
    job_id, start = house.drawn(), now() - 100
    house.change(job_id, created_at=start, drawing_at=start + 1, painted_at=start + 9)
    house.change(job_id, drawn_at=start + 10)
    history = read(house, job_id)
    stages = timeline.list_stages(history)
    assert [stage.name for stage in stages] == ["in the queue", "painting", "storing", "bringing"]
    assert [stage.end for stage in stages] == [start + 1, start + 9, start + 10, None]
    seconds = [event.seconds for event in timeline.list_events(history)][-3:]
    assert [round(value or 0) for value in seconds] == [1, 8, 1]


def test_a_failed_attempt_has_its_stages_and_its_code(house: House) -> None:
    job_id = house.add()
    assert house.claim(job_id)
    with house.database.write() as db:
        assert jobs.fail(db, job_id, "unsafe", owner="w")
    history = read(house, job_id)
    assert history.error_codes() == ["unsafe"]
    assert len(history.failed_attempts) == 1
    names = [stage.name for stage in timeline.list_stages(history)]
    assert names == ["in the queue", "painting", "bringing"]
