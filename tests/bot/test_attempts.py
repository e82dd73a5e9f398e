"""Each attempt at a job is remembered: by whom, how far it came and how it ended."""

from __future__ import annotations

import json

import pytest

from bot import jobs, life, tables
from bot.commands import main
from bot.database import now
from bot.jobs import attempts
from bot.jobs.attempts import Attempt
from bot.jobs.hanging import abandon
from bot.life import Life
from bot.mending import retry
from tests.bot.house import House


def tries(house: House, job_id: str) -> list[Attempt]:
    with house.database.read() as db:
        return attempts.of_job(db, job_id)


def outcomes(house: House, job_id: str) -> list[tuple[int, str | None, str | None]]:
    return [(it.number, it.outcome, it.error_code) for it in tries(house, job_id)]


def told(house: House, job_id: str) -> Life:
    with house.database.read() as db:
        return life.read(db, house.job(job_id))


def begin(house: House, job_id: str, owner: str) -> None:
    assert house.claim(job_id, owner) is not None
    with house.database.write() as db:
        jobs.renew(db, job_id, owner, 30, step=5, steps=20)


@pytest.fixture
def troubled(house: House) -> str:
    """A job that was failed, lost and stopped before it was painted."""
    job_id = house.add()
    begin(house, job_id, "a:1/x")
    with house.database.write() as db:
        assert jobs.give_back(db, job_id, "a:1/x", counted=True, code="paint_failed")
    begin(house, job_id, "b:2/x")
    house.change(job_id, lease_until=now() - 1)
    with house.database.write() as db:
        jobs.rescue(db, 9)
    begin(house, job_id, "c:3/x")
    with house.database.write() as db:
        assert jobs.give_back(db, job_id, "c:3/x", counted=False)
    house.paint(job_id, owner="d:4/x")
    return job_id


def test_every_attempt_is_remembered(house: House, troubled: str) -> None:
    assert outcomes(house, troubled) == [
        (1, "failed", "paint_failed"),
        (2, "lost", None),
        (3, "stopped", None),
        (3, "painted", None),
    ]
    found = tries(house, troubled)
    assert [it.worker for it in found] == ["a:1", "b:2", "c:3", "d:4"]
    assert all(it.ended_at and it.ended_at >= it.began_at for it in found)
    assert [(it.step, it.steps) for it in found[:3]] == [(5, 20)] * 3


def test_a_worker_that_hangs(house: House) -> None:
    job_id, other = house.add(), house.add()
    begin(house, job_id, "a:1/x")
    begin(house, other, "b:2/y")
    with house.database.write() as db:
        abandon(db, "a:1")
        jobs.rescue(db, 9)
    assert outcomes(house, job_id) == [(1, "hung", None)], "not lost as well"
    assert outcomes(house, other) == [(1, None, None)]


def test_a_job_taken_back_at_the_easel(house: House) -> None:
    job_id = house.add()
    begin(house, job_id, "a:1/x")
    with house.database.write() as db:
        assert jobs.cancel(db, job_id)
    assert outcomes(house, job_id) == [(1, "taken back", None)]
    stages = life.stages(told(house, job_id))
    assert [it.name for it in stages] == ["in the queue", "painting"], "and nothing after it"
    assert stages[-1].outcome == "attempt 1: taken back at step 5 of 20"
    happened = [it.what for it in life.timeline(told(house, job_id))]
    assert happened[-2:] == ["attempt 1: taken back at step 5 of 20", "finished"]


def test_the_life_of_a_job_that_was_tried_often(house: House, troubled: str) -> None:
    found = told(house, troubled)
    assert found.codes() == ["paint_failed", "lost"]
    stages = [(it.name, it.process, it.outcome) for it in life.stages(found)]
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
    happened = [it.what for it in life.timeline(found)]
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
        assert jobs.give_back(db, job_id, "a:1/x", counted=True, code="out_of_memory")
    found = told(house, job_id)
    assert found.codes() == ["out_of_memory"]
    last = life.stages(found)[-1]
    assert (last.name, last.end) == ("in the queue", None)


def test_a_failure_for_good_and_one_more_try(house: House) -> None:
    job_id = house.add()
    begin(house, job_id, "a:1/x")
    with house.database.write() as db:
        assert jobs.fail(db, job_id, "unsafe", owner="a:1/x")
    last = life.stages(told(house, job_id))[-1]
    assert (last.name, last.end) == ("bringing", None), "of the apology"
    with house.database.write() as db:
        assert retry(db, house.job(job_id)).done
    begin(house, job_id, "b:2/x")
    assert outcomes(house, job_id) == [(1, "failed", "unsafe"), (1, None, None)]
    stages = [(it.name, it.process) for it in life.stages(told(house, job_id))]
    assert stages[-1] == ("painting", "worker b:2")


def test_a_job_from_before_attempts_were_kept(house: House) -> None:
    job_id = house.drawn()
    with house.database.write() as db:
        attempts.forget(db, job_id)
    found = told(house, job_id)
    assert ("painting", "a worker") in [(it.name, it.process) for it in life.stages(found)]
    assert "taken by a worker (attempt 1)" in [it.what for it in life.timeline(found)]


def test_erasing_takes_them_along(house: House, troubled: str) -> None:
    with house.database.write() as db:
        jobs.erased(db, troubled)
    assert house.rows(tables.attempts) == []


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
    found = json.loads(capsys.readouterr().out)
    assert [it["outcome"] for it in found["tries"]] == ["failed", "lost", "stopped", "painted"]
    assert found["tries"][1]["worker"] == "b:2"
