"""The worker's part: every way out of a paint leaves a state that something goes on from."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import drawing, jobs, tables
from bot.database import now
from bot.drawing import Result
from bot.jobs import CANCELLED, DRAWING, DRAWN, FAILED, QUEUED
from bot.prompt import read, stored
from bot.runtime import Runtime
from bot.settings import Settings
from bot.storage import FolderStorage, StorageError, new_key
from inference.catalog import ModelInfo
from inference.engine import Status
from inference.request import (
    DrawRequest,
    InvalidRequest,
    OutOfMemory,
    PaintError,
    Picture,
    Stopped,
    Unsafe,
)
from tests.bot.house import GROUP, House, together

pytestmark = pytest.mark.slow

OnStep = Callable[[int, int], None]
ShouldStop = Callable[[], bool]


INFO = ModelInfo("stand-in", "cpu", "float32", 512, 50, 7.5, "", safety_checker=True)


class StandIn:
    """A painter whose troubles can be ordered; real ones cannot be, or only with a real GPU.

    `acts` are called one after the other, a request each: they raise, wait, or return pictures.
    """

    info = INFO

    def __init__(self, *acts: Callable[[DrawRequest, OnStep, ShouldStop], Any]) -> None:
        self.acts = list(acts)
        self.requests: list[DrawRequest] = []

    def kept_and_cut(self, prompt: str) -> tuple[str, str]:
        return prompt[:20], prompt[20:]

    def status(self) -> Status:
        return Status(0, 1, 1, 4, len(self.requests), 0.0, ())

    def paint(
        self, request: DrawRequest, *, on_step: OnStep, should_stop: ShouldStop
    ) -> list[Picture]:
        self.requests.append(request)
        act = self.acts.pop(0) if self.acts else paints
        result: list[Picture] = act(request, on_step, should_stop)
        return result


def draw(runtime: Runtime, job_id: str) -> Result:
    """What one message of the broker does; here, the turn is always that of the job it names."""
    result, painted = drawing.draw(runtime)
    assert painted in {job_id, None}
    return result


def picture(seed: int = 1, *, flagged: bool = False) -> Picture:
    return Picture(b"the picture", "image/png", b"preview", 64, 64, seed, flagged)


def paints(request: DrawRequest, on_step: OnStep, should_stop: ShouldStop) -> list[Picture]:
    on_step(1, 1)
    return [picture(seed) for seed in range(request.count)]


def raises(error: BaseException) -> Callable[[DrawRequest, OnStep, ShouldStop], Any]:
    def act(request: DrawRequest, on_step: OnStep, should_stop: ShouldStop) -> Any:
        raise error

    return act


def until_stopped(request: DrawRequest, on_step: OnStep, should_stop: ShouldStop) -> Any:
    for step in range(1, 1000):
        on_step(step, 1000)
        if should_stop():
            raise Stopped
        time.sleep(0.02)
    raise AssertionError("nobody stopped this")


@pytest.fixture
def runtime(settings: Settings, own_logs: None) -> Iterator[Runtime]:
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[plain])  # the default with rich takes a second a traceback
    it = Runtime(replace(settings, lease_seconds=1.0))
    yield it
    it.database.close()


def with_painter(runtime: Runtime, *acts: Callable[..., Any]) -> StandIn:
    painter = StandIn(*acts)
    runtime._painter = painter  # type: ignore[assignment]
    return painter


def files(settings: Settings) -> list[str]:
    return sorted(it.name for it in settings.pictures_dir.rglob("*") if it.is_file())


@pytest.mark.parametrize("count", [1, 2])
def test_a_real_painter_from_wish_to_file(
    runtime: Runtime, house: House, tmp_path_factory: pytest.TempPathFactory, count: int
) -> None:
    from inference.painter import Painter

    runtime._painter = _tiny(tmp_path_factory, Painter)
    job_id = house.add(count=count)
    house.change(job_id, request={**(house.job(job_id).request or {}), "steps": 2, "seed": 7})
    assert draw(runtime, job_id) is Result.DRAWN
    job = house.job(job_id)
    assert (job.state, job.attempts, job.lease_owner) == (DRAWN, 1, None)
    assert job.deliver_at is not None
    with house.database.read() as db:
        stored = jobs.pictures_of(db, job_id)
    assert [(it.position, it.seed) for it in stored] == [(n, 7 + n) for n in range(count)]
    for it in stored:
        data = runtime.storage.get(it.key)
        assert len(data) == it.size
        assert data.startswith(b"\x89PNG") if it.content_type == "image/png" else True
        assert runtime.storage.get(it.preview_key).startswith(b"\xff\xd8\xff")
        assert job.id not in it.key, "the id stands in logs, the key must not be guessed from it"


_painter: Any = None


def _tiny(tmp_path_factory: pytest.TempPathFactory, painter: Any) -> Any:
    global _painter
    if _painter is None:
        from tests.inference.tiny import make_checkpoint

        folder: Path = make_checkpoint(tmp_path_factory.mktemp("tiny"))
        _painter = painter.load(str(folder), device="cpu")
    return _painter


def test_a_job_is_painted_once_however_often_it_is_called(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime)
    job_id = house.add()
    results = together([lambda: draw(runtime, job_id)] * 4)
    assert sorted(it.value for it in results) == ["drawn", "nothing", "nothing", "nothing"]
    assert len(painter.requests) == 1
    assert draw(runtime, job_id) is Result.NOTHING
    assert draw(runtime, "no such job") is Result.NOTHING


@pytest.mark.parametrize("code", ["unsafe", "invalid_request", "paint_failed"])
def test_what_can_never_be_painted_fails_at_once(runtime: Runtime, house: House, code: str) -> None:
    with_painter(runtime, raises(PaintError("no", permanent=True, code=code)))
    job_id = house.add()
    assert draw(runtime, job_id) is Result.FAILED
    job = house.job(job_id)
    assert (job.state, job.error_code, job.attempts) == (FAILED, code, 1)
    assert job.deliver_at is not None, "the chat is to be told"


@pytest.mark.parametrize(
    "error", [PaintError("x", permanent=False), RuntimeError("bug"), OSError()]
)
def test_what_may_work_is_tried_again_and_then_given_up(
    runtime: Runtime, house: House, error: Exception
) -> None:
    with_painter(runtime, *[raises(error)] * 3)
    job_id = house.add()
    for attempt in (1, 2):
        assert draw(runtime, job_id) is Result.AGAIN
        job = house.job(job_id)
        assert (job.state, job.attempts, job.lease_owner) == (QUEUED, attempt, None)
    assert draw(runtime, job_id) is Result.FAILED
    assert house.job(job_id).error_code == "paint_failed"


def test_out_of_memory_is_tried_smaller_at_once(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime, raises(OutOfMemory("full")))
    job_id = house.add(count=4)
    assert draw(runtime, job_id) is Result.DRAWN
    assert [it.count for it in painter.requests] == [4, 2]
    with house.database.read() as db:
        assert len(jobs.pictures_of(db, job_id)) == 2


@pytest.mark.parametrize("count", [1, 4])
def test_out_of_memory_for_good(runtime: Runtime, house: House, count: int) -> None:
    painter = with_painter(runtime, raises(OutOfMemory("full")), raises(MemoryError()))
    job_id = house.add(count=count)
    assert draw(runtime, job_id) is Result.FAILED
    assert house.job(job_id).error_code == "out_of_memory"
    assert len(painter.requests) == (1 if count == 1 else 2)


def test_flagged_pictures_do_not_leave_the_worker(
    runtime: Runtime, house: House, settings: Settings
) -> None:
    with_painter(
        runtime,
        lambda *_: [picture(1, flagged=True), picture(2)],
        lambda *_: [picture(1, flagged=True)],
        lambda *_: [picture(3, flagged=True)],
    )
    some, none = house.add(count=2), house.add()
    assert draw(runtime, some) is Result.DRAWN
    with house.database.read() as db:
        assert [it.seed for it in jobs.pictures_of(db, some)] == [2]
    before = files(settings)
    assert draw(runtime, none) is Result.FAILED
    assert house.job(none).error_code == "unsafe"
    assert files(settings) == before


def wishing(house: House, text: str) -> str:
    """A queued job for what somebody wrote."""
    job_id = house.add()
    house.change(job_id, request=stored(read(text)))
    return job_id


@pytest.mark.parametrize("how", [raises(Unsafe("all")), lambda *_: [picture(1, flagged=True)]])
def test_when_all_is_flagged_another_seed_is_tried_once(
    runtime: Runtime, house: House, how: Callable[..., Any]
) -> None:
    painter = with_painter(runtime, how)
    job_id = house.add()
    assert draw(runtime, job_id) is Result.DRAWN
    assert len(painter.requests) == 2


def blurred(*_: Any) -> list[Picture]:
    return [replace(picture(1, flagged=True), blurred=True)]


def test_a_blur_is_better_than_nothing_after_the_second_try(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime, blurred, blurred)
    job_id = house.add()
    assert draw(runtime, job_id) is Result.DRAWN
    assert len(painter.requests) == 2
    job = house.job(job_id)
    assert job.request is not None
    assert job.request["blurred"] is True


def test_a_clear_picture_is_better_than_a_blur(runtime: Runtime, house: House) -> None:
    with_painter(runtime, blurred)
    job_id = house.add()
    assert draw(runtime, job_id) is Result.DRAWN
    assert "blurred" not in (house.job(job_id).request or {})


def test_in_a_group_not_even_a_blur_is_shown(
    runtime: Runtime, house: House, settings: Settings
) -> None:
    with_painter(runtime, blurred, blurred)
    job_id = house.add(chat=GROUP)
    assert draw(runtime, job_id) is Result.FAILED
    assert house.job(job_id).error_code == "unsafe"
    assert files(settings) == []


def test_a_seed_that_was_asked_for_is_not_changed(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime, raises(Unsafe("all")))
    job_id = wishing(house, "海、シード42")
    assert draw(runtime, job_id) is Result.FAILED
    assert house.job(job_id).error_code == "unsafe"
    assert len(painter.requests) == 1


def test_levels_and_styles_become_numbers_and_words(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime)
    assert draw(runtime, wishing(house, "海を水彩で、速く")) is Result.DRAWN
    [request] = painter.requests
    assert request.steps == 25
    assert "透明水彩" in request.prompt


def test_words_that_were_cut_are_kept_with_the_job(runtime: Runtime, house: House) -> None:
    with_painter(runtime)
    long, short = wishing(house, "海" * 20 + "と山、4枚"), wishing(house, "海")
    assert draw(runtime, long) is draw(runtime, short) is Result.DRAWN
    kept = house.job(long).request
    assert kept is not None
    assert (kept["cut"], kept["count"]) == ("と山", 4)
    assert "cut" not in (house.job(short).request or {})


def test_a_stop_gives_the_job_back_untouched(runtime: Runtime, house: House) -> None:
    with_painter(runtime, until_stopped)
    job_id = house.add()
    threading.Timer(0.1, runtime.stopping.set).start()
    assert draw(runtime, job_id) is Result.STOPPED
    job = house.job(job_id)
    assert (job.state, job.attempts, job.lease_owner) == (QUEUED, 0, None)


def test_a_long_paint_keeps_its_lease_and_tells_its_steps(runtime: Runtime, house: House) -> None:
    finish = threading.Event()

    def slowly(request: DrawRequest, on_step: OnStep, should_stop: ShouldStop) -> list[Picture]:
        on_step(3, 10)
        assert finish.wait(20)
        return [picture()]

    with_painter(runtime, slowly)
    job_id = house.add()
    painting = threading.Thread(target=draw, args=[runtime, job_id])
    painting.start()
    deadline = time.monotonic() + 20
    while house.job(job_id).step != 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(1.1)  # longer than the lease
    with house.database.write() as db:
        rescued = jobs.rescue(db, 3)
    finish.set()
    painting.join()
    assert rescued == ([], [])
    assert house.state(job_id) == DRAWN


def test_a_cancelled_paint_stops_soon(runtime: Runtime, house: House, settings: Settings) -> None:
    with_painter(runtime, until_stopped)
    job_id = house.add(message="m1")
    results: list[Result] = []
    painting = threading.Thread(target=lambda: results.append(draw(runtime, job_id)))
    painting.start()
    while house.state(job_id) != DRAWING:
        time.sleep(0.01)
    with house.database.write() as db:
        jobs.unsend(db, "m1")
    painting.join(10)
    assert results == [Result.NOTHING]
    assert house.state(job_id) == CANCELLED
    assert files(settings) == []


class MeanwhileStorage(FolderStorage):
    """Lets something happen while a picture is being stored."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)

    def put(self, *args: Any, **more: Any) -> None:
        super().put(*args, **more)
        self.meanwhile()


def with_storage(runtime: Runtime, meanwhile: Callable[[], None]) -> None:
    storage = MeanwhileStorage(runtime.settings.pictures_dir, runtime.settings.public_url)
    storage.meanwhile = meanwhile
    runtime._storage = storage


def test_taken_back_while_it_is_stored_nothing_stays_behind(
    runtime: Runtime, house: House, settings: Settings
) -> None:
    with_painter(runtime)
    job_id = house.add(message="m1", count=2)

    def unsend() -> None:
        with house.database.write() as db:
            jobs.unsend(db, "m1")

    with_storage(runtime, unsend)
    assert draw(runtime, job_id) is Result.NOTHING
    assert files(settings) == []
    assert house.rows(tables.pictures) == []


def test_taken_over_while_it_is_stored_the_other_workers_pictures_stay(
    runtime: Runtime, house: House, settings: Settings
) -> None:
    with_painter(runtime)
    job_id = house.add()

    def take_over() -> None:
        house.change(job_id, lease_owner="another", lease_until=now() + 30)

    with_storage(runtime, take_over)
    assert draw(runtime, job_id) is Result.NOTHING
    assert house.job(job_id).lease_owner == "another"
    assert len([it for it in files(settings) if not it.endswith(".json")]) == 2


def test_a_storage_with_a_hiccup_is_tried_again(runtime: Runtime, house: House) -> None:
    with_painter(runtime)
    troubles = [StorageError("busy", permanent=False, reason="unavailable")]

    def trouble() -> None:
        if troubles:
            raise troubles.pop()

    with_storage(runtime, trouble)
    job_id = house.add()
    assert draw(runtime, job_id) is Result.DRAWN


def test_a_storage_that_is_broken_fails_the_job_for_good(runtime: Runtime, house: House) -> None:
    with_painter(runtime)

    def broken() -> None:
        raise StorageError("no rights", permanent=True, reason="denied")

    with_storage(runtime, broken)
    job_id = house.add()
    assert draw(runtime, job_id) is Result.FAILED
    assert house.job(job_id).error_code == "storage_failed"


def test_a_request_that_is_gone_or_strange_does_not_loop(runtime: Runtime, house: House) -> None:
    with_painter(runtime)
    gone, strange = house.add(), house.add()
    house.change(gone, request=None)
    house.change(strange, request={"prompt": "x", "from_the_future": 1})
    assert draw(runtime, gone) is Result.FAILED
    ends = [draw(runtime, strange) for _ in range(3)]
    assert ends == [Result.AGAIN, Result.AGAIN, Result.FAILED]


def going_on(runtime: Runtime, house: House, key: str) -> str:
    """A queued job that starts from the picture with this key in storage."""
    job_id = house.add()
    wish = replace(read("海"), strength=0.5)
    house.change(job_id, request={**stored(wish), "way": "similar", "source": key})
    return job_id


def test_a_picture_to_start_from_is_fetched_from_storage(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime)
    key = new_key("s" * 22, 0, "original", "png")
    runtime.storage.put(key, b"a picture", "image/png")
    assert draw(runtime, going_on(runtime, house, key)) is Result.DRAWN
    [request] = painter.requests
    assert (request.image, request.strength) == (b"a picture", 0.5)


def test_a_picture_that_was_erased_meanwhile_is_told(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime)
    job_id = going_on(runtime, house, new_key("s" * 22, 0, "original", "png"))
    assert draw(runtime, job_id) is Result.FAILED
    assert house.job(job_id).error_code == "source_gone"
    assert painter.requests == []


def test_a_model_that_takes_no_picture_paints_from_the_words(
    runtime: Runtime, house: House
) -> None:
    painter = with_painter(runtime, raises(InvalidRequest("words only")))
    key = new_key("s" * 22, 0, "original", "png")
    runtime.storage.put(key, b"a picture", "image/png")
    assert draw(runtime, going_on(runtime, house, key)) is Result.DRAWN
    assert [it.image for it in painter.requests] == [b"a picture", None]
    assert painter.requests[1].strength is None
