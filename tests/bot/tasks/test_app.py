"""The tasks: what they wake next, and how a worker that must stop hands its work back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog
from celery import Celery, signals
from celery.exceptions import Reject

from bot import __main__, jobs
from bot.jobs import DELIVERED, QUEUED
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.tasks.app import make_app
from bot.tasks.delivery import Courier
from bot.tasks.run import stopped_by_signal
from bot.tasks.runtime import Runtime
from inference.errors import PaintError
from tests.bot.harness import House, Line, on_queues
from tests.bot.tasks.test_draw import raises, until_stopped, with_painter


@pytest.fixture
def celery(talking: Settings) -> Iterator[Celery]:
    app = make_app(talking)
    on_queues(app)
    yield app
    app.runtime.database.close()


@pytest.fixture
def runtime(celery: Celery) -> Runtime:
    result: Runtime = celery.runtime
    return result


def run(app: Celery, name: str, *args: Any) -> None:
    """Run a task in this thread, as a worker would: with its signals, but without a broker."""
    result = app.tasks[name].apply(args=args)
    if isinstance(result.result, Exception):
        raise result.result


def test_a_painted_job_wakes_a_courier(celery: Celery, runtime: Runtime, house: House) -> None:
    with_painter(runtime)
    job_id = house.add()
    run(celery, "draw", job_id)
    assert on_queues(celery) == [TaskMessage("deliver", job_id)]
    run(celery, "draw", job_id)
    assert on_queues(celery) == [], "it was painted already"


def test_a_failed_job_wakes_a_courier(celery: Celery, runtime: Runtime, house: House) -> None:
    with_painter(runtime, raises(PaintError("no", permanent=True)))
    job_id = house.add()
    run(celery, "draw", job_id)
    assert on_queues(celery) == [TaskMessage("deliver", job_id)]


def test_a_try_again_wakes_a_painter(celery: Celery, runtime: Runtime, house: House) -> None:
    with_painter(runtime, raises(PaintError("busy", permanent=False)))
    job_id = house.add()
    run(celery, "draw", job_id)
    assert on_queues(celery) == [TaskMessage("draw")]


def test_a_worker_that_stops_hands_its_message_back(
    celery: Celery, runtime: Runtime, house: House
) -> None:
    def stopped_in_mid_paint(*args: Any) -> Any:
        runtime.stopping.set()
        return until_stopped(*args)

    painter = with_painter(runtime, stopped_in_mid_paint)
    job_id = house.add()
    for _ in range(2):  # once in mid-paint, once before it begins
        with pytest.raises(Reject) as caught:
            celery.tasks["draw"].run(job_id)
        assert caught.value.requeue is True
    assert len(painter.requests) == 1
    assert (house.state(job_id), house.job(job_id).attempts) == (QUEUED, 0)


def test_the_signal_of_a_stop_reaches_the_painter(runtime: Runtime) -> None:
    with stopped_by_signal(runtime.stopping):
        signals.worker_shutting_down.send(sender=None, sig="TERM", how="Warm", exitcode=0)
        assert runtime.stopping.is_set()


def test_a_broker_that_is_away_spoils_no_work(talking: Settings, house: House) -> None:
    app = make_app(replace(talking, broker_url="redis://127.0.0.1:9/0"))
    with_painter(app.runtime)
    job_id = house.add()
    run(app, "draw", job_id)
    with house.database.write() as db:
        assert jobs.due_deliveries(db, 20) == [job_id], "the sweep wakes the courier instead"
    app.runtime.database.close()


def test_the_sweep_and_the_tickets_wake_whom_they_name(celery: Celery, house: House) -> None:
    lost, late = house.add(), house.add(token="t", age=46)
    house.change(lost, published_at=None)
    run(celery, "sweep")
    assert on_queues(celery) == [TaskMessage("draw")]
    run(celery, "offer_tickets")
    assert on_queues(celery) == [TaskMessage("offer_ticket", late)]


def test_the_couriers_tasks_from_first_to_last(
    celery: Celery, runtime: Runtime, house: House, line: Line, courier: Courier
) -> None:
    runtime.courier = courier
    with_painter(runtime)
    job_id = house.add(token=line.token(), age=46, message="m1")
    run(celery, "show_loading", job_id)
    run(celery, "offer_ticket", job_id)
    run(celery, "draw", job_id)
    run(celery, "deliver", job_id)
    house.tap(job_id, line.token())
    run(celery, "deliver", job_id)
    assert line.kinds() == ["reply:flex", "reply:image", "reply:flex"]
    assert house.state(job_id) == DELIVERED
    with house.database.write() as db:
        jobs.unsend(db, "m1")
    run(celery, "erase", job_id)
    run(celery, "forget")
    assert house.job(job_id).erased_at is not None
    run(celery, "send", "no such delivery")


def test_a_tasks_log_lines_say_which_task_and_no_other(
    celery: Celery,
    runtime: Runtime,
    house: House,
    own_logs: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from bot.telemetry import logs

    logs.configure("worker", "json")
    structlog.configure(cache_logger_on_first_use=False)
    with_painter(runtime)
    structlog.contextvars.bind_contextvars(number="of an earlier task")
    job_id = house.add()
    run(celery, "draw", job_id)
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    number = house.job(job_id).number
    ours = [entry for entry in written if entry["event"] in {"job.claimed", "job.drawn"}]
    assert [(our["stage"], our["number"]) for our in ours] == [("draw", number)] * 2
    assert {entry["event_id"] for entry in written} == {house.job(job_id).event_id}
    assert {entry["chat_kind"] for entry in written} == {"user"}
    end = written[-1]
    assert (end["event"], end["state"], end["job"]) == ("task.finished", "SUCCESS", job_id)
    assert end["ms"] >= 0
    assert structlog.contextvars.get_contextvars() == {}


def test_messages_of_an_older_version_are_understood(celery: Celery, runtime: Runtime) -> None:
    """They had an argument, and are on the queue while a new version starts."""
    with_painter(runtime)
    for name in ("draw", "know_person"):
        run(celery, name, "an argument of old")
        run(celery, name)


# --- the command line


def test_wrong_settings_are_told_and_end_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["courier"]) == 2
    assert "LINE_CHANNEL_SECRET is not set" in capsys.readouterr().err


def test_migrate(
    settings: Settings,
    own_logs: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    monkeypatch.setenv("LINE_CHANNEL_SECRET", "s")
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", "t")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'sub' / 'new.db'}")
    assert __main__.main(["migrate"]) == 0
    assert (tmp_path / "sub" / "new.db").exists()
