"""Each attempt at a job is remembered: by whom, how far it came and how it ended."""

from __future__ import annotations

import json

import pytest

from bot import jobs
from bot.cli import main
from bot.jobs import attempts
from bot.jobs.attempts import Attempt
from bot.jobs.lifecycle import release_leases
from bot.operations import timeline
from bot.operations.job_actions import retry
from bot.operations.timeline import JobHistory
from bot.store import schema
from bot.store.clock import now
from tests.bot.harness import House


def tries(house: House, job_id: str) -> list[Attempt]:
    with house.database.read() as db:
        return attempts.of_job(db, job_id)


def outcomes(house: House, job_id: str) -> list[tuple[int, str | None, str | None]]:
    return [
        (attempt.number, attempt.outcome, attempt.error_code) for attempt in tries(house, job_id)
    ]


def history(house: House, job_id: str) -> JobHistory:
    with house.database.read() as db:
        return timeline.read_history(db, house.job(job_id))


def begin(house: House, job_id: str, owner: str) -> None:
    assert house.claim(job_id, owner) is not None
    with house.database.write() as db:
        jobs.renew_lease(db, job_id, owner, 30, step=5, steps=20)


@pytest.fixture
def troubled(house: House) -> str:
    """A job that was failed, lost and stopped before it was painted."""
    job_id = house.add()
    begin(house, job_id, "a:1/x")
    with house.database.write() as db:
        assert jobs.requeue(db, job_id, "a:1/x", counted=True, code="paint_failed")
    begin(house, job_id, "b:2/x")
    house.change(job_id, lease_until=now() - 1)
    with house.database.write() as db:
        jobs.recover_expired(db, 9)
    begin(house, job_id, "c:3/x")
    with house.database.write() as db:
        assert jobs.requeue(db, job_id, "c:3/x", counted=False)
    house.paint(job_id, owner="d:4/x")
    return job_id


def test_every_attempt_is_remembered(house: House, troubled: str) -> None:
    assert outcomes(house, troubled) == [
        (1, "failed", "paint_failed"),
        (2, "lost", None),
        (3, "stopped", None),
        (3, "painted", None),
    ]
    result = tries(house, troubled)
    assert [attempt.worker for attempt in result] == ["a:1", "b:2", "c:3", "d:4"]
    assert all(attempt.ended_at and attempt.ended_at >= attempt.began_at for attempt in result)
    assert [(attempt.step, attempt.steps) for attempt in result[:3]] == [(5, 20)] * 3


def test_a_worker_that_hangs(house: House) -> None:
    job_id, other = house.add(), house.add()
    begin(house, job_id, "a:1/x")
    begin(house, other, "b:2/y")
    with house.database.write() as db:
        release_leases(db, "a:1")
        jobs.recover_expired(db, 9)
    assert outcomes(house, job_id) == [(1, "hung", None)], "not lost as well"
    assert outcomes(house, other) == [(1, None, None)]


def test_a_job_taken_back_at_the_easel(house: House) -> None:
    job_id = house.add()
    begin(house, job_id, "a:1/x")
    with house.database.write() as db:
        assert jobs.cancel(db, job_id)
    assert outcomes(house, job_id) == [(1, "taken back", None)]
    stages = timeline.list_stages(history(house, job_id))
    assert [stage.name for stage in stages] == ["in the queue", "painting"], "and nothing after it"
    assert stages[-1].outcome == "attempt 1: taken back at step 5 of 20"
    happened = [event.text for event in timeline.list_events(history(house, job_id))]
    assert happened[-2:] == ["attempt 1: taken back at step 5 of 20", "finished"]


def test_the_life_of_a_job_that_was_tried_often(house: House, troubled: str) -> None:
    result = history(house, troubled)
    assert result.error_codes() == ["paint_failed", "lost"]
    stages = [(stage.name, stage.process, stage.outcome) for stage in timeline.list_stages(result)]
    assert stages == [
        ("in the queue", "broker", None),
        ("painting", "worker a:1", "attempt 1: failed (paint_failed) at step 5 of 20"),
        ("in the queue", "broker", None),
        ("painting", "worker b:2", "attempt 2: lost at step 5 of 20"),
        ("in the queue", "broker", None),
        ("painting", "worker c:3", "attempt 3: stopped at step 5 of 20"),
        ("in the queue", "broker", None),
        ("painting", "worker d:4", None),
        ("storing", "worker d:4", None),
        ("bringing", "courier", None),
    ]
    happened = [event.text for event in timeline.list_events(result)]
    assert happened == [
        "queued",
        "taken by worker a:1 (attempt 1)",
        "attempt 1: failed (paint_failed) at step 5 of 20",
        "taken by worker b:2 (attempt 2)",
        "attempt 2: lost at step 5 of 20",
        "taken by worker c:3 (attempt 3)",
        "attempt 3: stopped at step 5 of 20",
        "taken by worker d:4 (attempt 3)",
        "painted",
        "stored",
    ]


def test_between_two_attempts_the_reason_is_known(house: House) -> None:
    job_id = house.add()
    begin(house, job_id, "a:1/x")
    with house.database.write() as db:
        assert jobs.requeue(db, job_id, "a:1/x", counted=True, code="out_of_memory")
    result = history(house, job_id)
    assert result.error_codes() == ["out_of_memory"]
    last = timeline.list_stages(result)[-1]
    assert (last.name, last.end) == ("in the queue", None)


def test_a_failure_for_good_and_one_more_try(house: House) -> None:
    job_id = house.add()
    begin(house, job_id, "a:1/x")
    with house.database.write() as db:
        assert jobs.fail(db, job_id, "unsafe", owner="a:1/x")
    last = timeline.list_stages(history(house, job_id))[-1]
    assert (last.name, last.end) == ("bringing", None), "of the apology"
    with house.database.write() as db:
        assert retry(db, house.job(job_id)).changed
    begin(house, job_id, "b:2/x")
    assert outcomes(house, job_id) == [(1, "failed", "unsafe"), (1, None, None)]
    stages = [(stage.name, stage.process) for stage in timeline.list_stages(history(house, job_id))]
    assert stages[-1] == ("painting", "worker b:2")


def test_a_job_from_before_attempts_were_kept(house: House) -> None:
    job_id = house.drawn()
    with house.database.write() as db:
        attempts.delete_of_job(db, job_id)
    result = history(house, job_id)
    assert ("painting", "a worker") in [
        (stage.name, stage.process) for stage in timeline.list_stages(result)
    ]
    assert "taken by a worker (attempt 1)" in [event.text for event in timeline.list_events(result)]


def test_erasing_takes_them_along(house: House, troubled: str) -> None:
    with house.database.write() as db:
        jobs.mark_erased(db, troubled)
    assert house.rows(schema.attempts) == []


def test_the_command_tells_them(
    house: House,
    troubled: str,
    at_the_desk: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    number = house.job(troubled).number
    assert main(["job", number]) == 0
    text = capsys.readouterr().out
    assert "attempt 2: lost at step 5 of 20" in text
    assert "The model failed" in text, "what the code of the first means"
    assert "no sign of life" in text, "and what became of the second"
    assert main(["job", number, "--json"]) == 0
    parsed = json.loads(capsys.readouterr().out)
    assert [attempt["outcome"] for attempt in parsed["tries"]] == [
        "failed",
        "lost",
        "stopped",
        "painted",
    ]
    assert parsed["tries"][1]["worker"] == "b:2"
