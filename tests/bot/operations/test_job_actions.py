"""What an operator does about one job."""

from __future__ import annotations

from bot import jobs
from bot.jobs import Job
from bot.operations import job_actions
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.store.clock import now
from tests.bot.harness import House


def failed(house: House) -> Job:
    job_id = house.add()
    assert house.claim(job_id)
    with house.database.write() as db:
        assert jobs.fail(db, job_id, "unsafe", owner="w")
    return house.job(job_id)


def test_a_failed_job_goes_back_to_the_queue_once(house: House) -> None:
    job = failed(house)
    with house.database.write() as db:
        result = job_actions.retry(db, job)
        assert (result.changed, [message.task for message in result.messages]) == (True, ["draw"])
        assert not job_actions.retry(db, job).changed, "it is not failed any more"
    assert house.state(job.id) == "queued"


def test_only_what_is_not_painted_is_cancelled(house: House) -> None:
    waiting, painted = house.job(house.add()), house.job(house.drawn())
    with house.database.write() as db:
        assert job_actions.cancel(db, waiting).changed
        assert not job_actions.cancel(db, painted).changed
    assert (house.state(waiting.id), house.state(painted.id)) == ("cancelled", "drawn")


def test_pictures_are_sent_again_by_the_route_that_is_open(
    house: House, settings: Settings
) -> None:
    job = house.job(house.drawn())
    house.change(job.id, state="delivered", finished_at=now())
    with house.database.write() as db:
        closed = job_actions.delivery_route(db, house.job(job.id), settings, None)
        house_job = house.job(job.id)
        result = job_actions.resend(db, house_job, settings, None)
    assert result.changed == closed.is_open
    if result.changed:
        assert result.messages == (TaskMessage("deliver", job.id),)
