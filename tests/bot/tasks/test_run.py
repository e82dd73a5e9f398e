"""What a worker says of itself before it can paint."""

from __future__ import annotations

import time
from typing import Any, NoReturn

import pytest

from bot.operations.setup import arrival
from bot.settings import Settings
from bot.store import workers
from bot.store.clock import now
from bot.store.workers import Worker
from bot.tasks import run
from bot.tasks.runtime import Runtime
from tests.bot.harness import House


class Stopped(Exception):
    """The model cannot be loaded."""


def test_a_worker_tells_that_it_loads(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it has; and when that fails it signs off, so that nobody takes it for killed."""
    seen: list[Worker] = []
    began = now()

    def load(*_args: Any, on_progress: Any, **_kwargs: Any) -> NoReturn:
        on_progress("reading the tokenizer")
        end = time.monotonic() + 30
        while not seen and time.monotonic() < end:
            with house.database.read() as db:
                seen.extend(workers.all_workers(db))
                assert workers.can_start_from_images(db) is None
            time.sleep(0.01)
        assert not arrival.worker_ready(house.database, began)
        raise Stopped

    monkeypatch.setattr("inference.load_painter", load)
    runtime = Runtime(settings)
    with pytest.raises(Stopped):
        run._painting(runtime, "worker")
    runtime.database.close()
    [row] = seen
    assert (row.process, row.state, row.alive) == ("worker", "loading", False)
    assert "loading" in row.about
    assert runtime.loading_stage == "reading the tokenizer"
    with house.database.read() as db:
        assert workers.all_workers(db) == []


def test_what_another_can_do_is_not_hidden_by_one_that_loads(house: House) -> None:
    with house.database.write() as db:
        for pid, about in ((1, {"image_to_image": True, "enlarges": True}), (2, {"loading": ""})):
            workers.save(db, Worker(f"h:{pid}", "worker", "h", pid, now(), now(), about))
    with house.database.read() as db:
        assert (workers.can_start_from_images(db), workers.can_enlarge(db)) == (True, True)
