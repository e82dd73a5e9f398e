"""The loading animation of a wish begins in the courier that read it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from flask import Flask

from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.store import schema
from bot.tasks import animations as animations_module
from bot.tasks.animations import MAX_PER_SECOND, MAX_WAITING, THREADS, Animations
from bot.tasks.app import make_app, runtime_of
from bot.telemetry import tracing
from tests.bot.harness import AOI, House, Line, body_of, event, on_queues, signed
from tests.scenarios.processes import eventually

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_read_wish_is_published_and_animated(
    app: Flask, talking: Settings, house: House, line: Line
) -> None:
    body = body_of(event("赤いりんご"))
    assert app.test_client().post("/callback", data=body, headers=signed(body)).status_code == 200
    celery = make_app(talking)
    on_queues(celery)  # what an earlier test left in the broker
    runtime = runtime_of(celery)
    runtime.inbox_reader.read()
    runtime.publisher.close(10)
    eventually("it is shown", lambda: line.typing(AOI), 20.0)
    runtime.animations.close()
    assert len(house.rows(schema.jobs)) == 1
    assert {message.task for message in on_queues(celery)} <= {"read_inbox", "draw"}
    runtime.database.close()


class Shown:
    """Animations that wait until a test lets them go on."""

    def __init__(self) -> None:
        self.go_on, self.lock = threading.Event(), threading.Lock()
        self.begun, self.done = list[str](), list[tuple[str, str | None]]()

    def __call__(self, job_id: str) -> None:
        with self.lock:
            self.begun.append(job_id)
        assert self.go_on.wait(30)
        with self.lock:
            self.done.append((job_id, tracing.current()))
        if job_id == "bad":
            raise OSError


@pytest.fixture
def shown() -> Iterator[Shown]:
    result = Shown()
    yield result
    result.go_on.set()


def test_what_waits_is_bounded_and_a_failure_ends_no_thread(shown: Shown) -> None:
    animations = Animations(shown, per_second=10**6)
    tracing.set_current(TRACE)
    for _ in range(THREADS):
        animations.put("bad")
    tracing.set_current(None)
    eventually("all threads are busy", lambda: len(shown.begun) == THREADS, 20.0)
    for number in range(2 * MAX_WAITING):
        animations.put(str(number))
    shown.go_on.set()
    total = THREADS + MAX_WAITING
    eventually("those that fit are shown", lambda: len(shown.done) == total, 20.0)
    assert shown.done.count(("bad", TRACE)) == THREADS
    others = {each for each in shown.done if each[0] != "bad"}
    assert others == {(str(number), None) for number in range(MAX_WAITING)}
    animations.close()


def test_a_burst_gets_no_more_than_a_second_may_have(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(animations_module, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    shown.go_on.set()
    animations = Animations(shown)
    for clock[0] in (100.0, 100.9, 101.0, 107.5):
        for number in range(MAX_PER_SECOND):
            animations.put(f"{clock[0]}-{number}")
    eventually("they are shown", lambda: len(shown.done) == 3 * MAX_PER_SECOND, 20.0)
    animations.close()
    assert {job_id.partition("-")[0] for job_id, _ in shown.done} == {"100.0", "101.0", "107.5"}


def test_nothing_is_shown_after_the_end(shown: Shown) -> None:
    animations = Animations(shown)
    for _ in range(THREADS + 3):
        animations.put("x")
    eventually("all threads are busy", lambda: len(shown.begun) == THREADS, 20.0)
    animations.close()
    shown.go_on.set()
    eventually("they end", lambda: len(shown.done) == THREADS, 20.0)
    assert len(shown.begun) == THREADS


def test_the_name_is_that_of_the_task(talking: Settings) -> None:
    assert TaskMessage("show_loading").task in make_app(talking).tasks
