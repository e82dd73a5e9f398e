"""The worker's part: every way out of a paint leaves a state that something goes on from."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from PIL import Image, ImageChops, ImageDraw
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bot import jobs
from bot.jobs import CANCELLED, DRAWING, DRAWN, FAILED, QUEUED
from bot.jobs.picture_secrets import plain_key
from bot.messages.prompt_summary import summary_text
from bot.prompt import StoredRequest, read
from bot.prompt.options.letters import Letters
from bot.settings import Settings
from bot.storage import FolderStorage, StorageError, new_key
from bot.store import schema
from bot.store.clock import now
from bot.tasks import patience
from bot.tasks.draw import DrawResult
from bot.tasks.runtime import Runtime
from inference import Status, load_painter
from inference.errors import InvalidRequest, OutOfMemory, PaintError, Stopped, Unsafe
from inference.images.encode import encode_image
from inference.images.limits import ImageTooNarrow, ImageUnreadable
from inference.models.catalog import ModelInfo
from inference.request import DrawRequest, Picture
from tests.bot.harness import GROUP, House, together
from tests.inference.images.test_decode import png_of

pytestmark = [pytest.mark.slow, pytest.mark.core]

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

    def split_at_token_limit(self, prompt: str) -> tuple[str, str]:
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


def draw(runtime: Runtime, job_id: str) -> DrawResult:
    """What one message of the broker does; here, the turn is always that of the job it names."""
    result, painted = runtime.job_painter.draw_next_job()
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
    item = Runtime(replace(settings, lease_seconds=1.0))
    yield item
    item.database.close()


def with_painter(runtime: Runtime, *acts: Callable[..., Any]) -> StandIn:
    painter = StandIn(*acts)
    runtime.painter = painter  # type: ignore[assignment]
    return painter


def files(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.pictures_dir.rglob("*") if path.is_file())


@pytest.mark.parametrize("count", [1, 2])
def test_a_real_painter_from_wish_to_file(
    runtime: Runtime, house: House, tmp_path_factory: pytest.TempPathFactory, count: int
) -> None:
    runtime.painter = _tiny(tmp_path_factory)
    job_id = house.add(count=count)
    house.change(job_id, request=replace(house.request(job_id), steps=2, seed=7).to_json())
    assert draw(runtime, job_id) is DrawResult.DRAWN
    job = house.job(job_id)
    assert (job.state, job.attempts, job.lease_owner) == (DRAWN, 1, None)
    assert job.deliver_at is not None
    painted_with = house.request(job_id).painted_with
    assert painted_with == runtime.painter.info.numerics
    assert "torch" in painted_with
    assert "threads" in painted_with
    with house.database.read() as db:
        stored = jobs.pictures_of(db, job_id)
    assert [(each.position, each.seed) for each in stored] == [(n, 7 + n) for n in range(count)]
    for each in stored:
        data = runtime.storage.get(each.key)
        assert len(data) == each.size
        assert data.startswith(b"\x89PNG") if each.content_type == "image/png" else True
        assert runtime.storage.get(each.preview_key).startswith(b"\xff\xd8\xff")
        assert job.id not in each.key, "the id stands in logs, the key must not be guessed from it"


_painter: Any = None


def _tiny(tmp_path_factory: pytest.TempPathFactory) -> Any:
    global _painter
    if _painter is None:
        from tests.inference.tiny import make_checkpoint

        folder: Path = make_checkpoint(tmp_path_factory.mktemp("tiny"))
        _painter = load_painter(str(folder), device="cpu")
    return _painter


def test_a_job_is_painted_once_however_often_it_is_called(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime)
    job_id = house.add()
    results = together([lambda: draw(runtime, job_id)] * 4)
    assert sorted(result.value for result in results) == ["drawn", "nothing", "nothing", "nothing"]
    assert len(painter.requests) == 1
    assert draw(runtime, job_id) is DrawResult.NOTHING
    assert draw(runtime, "no such job") is DrawResult.NOTHING


@pytest.mark.parametrize("code", ["unsafe", "invalid_request", "paint_failed"])
def test_what_can_never_be_painted_fails_at_once(runtime: Runtime, house: House, code: str) -> None:
    with_painter(runtime, raises(PaintError("no", permanent=True, code=code)))
    job_id = house.add()
    assert draw(runtime, job_id) is DrawResult.FAILED
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
        assert draw(runtime, job_id) is DrawResult.RETRY
        job = house.job(job_id)
        assert (job.state, job.attempts, job.lease_owner) == (QUEUED, attempt, None)
    assert draw(runtime, job_id) is DrawResult.FAILED
    assert house.job(job_id).error_code == "paint_failed"


def test_out_of_memory_is_tried_smaller_at_once(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime, raises(OutOfMemory("full")))
    job_id = house.add(count=4)
    assert draw(runtime, job_id) is DrawResult.DRAWN
    assert [request.count for request in painter.requests] == [4, 2]
    with house.database.read() as db:
        assert len(jobs.pictures_of(db, job_id)) == 2
    assert house.request(job_id).fallbacks == ("fewer",), "and the answer says so"


def test_a_smaller_picture_is_no_silent_one(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime, raises(OutOfMemory("full")))
    job_id = house.add()
    house.change(job_id, request=StoredRequest("海", width=1024, height=512).to_json())
    assert draw(runtime, job_id) is DrawResult.DRAWN
    assert [(request.width, request.height) for request in painter.requests] == [
        (1024, 512),
        (512, 256),
    ]
    assert house.request(job_id).fallbacks == ("smaller",)


@pytest.mark.parametrize("count", [1, 4])
def test_out_of_memory_for_good(runtime: Runtime, house: House, count: int) -> None:
    painter = with_painter(runtime, raises(OutOfMemory("full")), raises(MemoryError()))
    job_id = house.add(count=count)
    assert draw(runtime, job_id) is DrawResult.FAILED
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
    assert draw(runtime, some) is DrawResult.DRAWN
    with house.database.read() as db:
        assert [each.seed for each in jobs.pictures_of(db, some)] == [2]
    assert house.request(some).fallbacks == ("withheld",)
    before = files(settings)
    assert draw(runtime, none) is DrawResult.FAILED
    assert house.job(none).error_code == "unsafe"
    assert files(settings) == before


def wishing(house: House, text: str) -> str:
    """A queued job for what somebody wrote."""
    job_id = house.add()
    house.change(job_id, request=StoredRequest.from_reading(read(text)).to_json())
    return job_id


@pytest.mark.parametrize("how", [raises(Unsafe("all")), lambda *_: [picture(1, flagged=True)]])
def test_when_all_is_flagged_another_seed_is_tried_once(
    runtime: Runtime, house: House, how: Callable[..., Any]
) -> None:
    painter = with_painter(runtime, how)
    job_id = house.add()
    assert draw(runtime, job_id) is DrawResult.DRAWN
    assert len(painter.requests) == 2


def blurred(*_: Any) -> list[Picture]:
    return [replace(picture(1, flagged=True), blurred=True)]


def test_a_blur_is_better_than_nothing_after_the_second_try(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime, blurred, blurred)
    job_id = house.add()
    assert draw(runtime, job_id) is DrawResult.DRAWN
    assert len(painter.requests) == 2
    job = house.job(job_id)
    assert job.request is not None
    assert job.request.blurred


def test_a_clear_picture_is_better_than_a_blur(runtime: Runtime, house: House) -> None:
    with_painter(runtime, blurred)
    job_id = house.add()
    assert draw(runtime, job_id) is DrawResult.DRAWN
    assert not house.request(job_id).blurred


def test_in_a_group_not_even_a_blur_is_shown(
    runtime: Runtime, house: House, settings: Settings
) -> None:
    with_painter(runtime, blurred, blurred)
    job_id = house.add(chat=GROUP)
    assert draw(runtime, job_id) is DrawResult.FAILED
    assert house.job(job_id).error_code == "unsafe"
    assert files(settings) == []


def test_a_seed_that_was_asked_for_is_not_changed(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime, raises(Unsafe("all")))
    job_id = wishing(house, "海、シード42")
    assert draw(runtime, job_id) is DrawResult.FAILED
    assert house.job(job_id).error_code == "unsafe"
    assert len(painter.requests) == 1


def test_levels_and_styles_become_numbers_and_words(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime)
    assert draw(runtime, wishing(house, "海を水彩で、速く")) is DrawResult.DRAWN
    [request] = painter.requests
    assert request.steps == 25
    assert "透明水彩" in request.prompt


def test_words_that_were_cut_are_kept_with_the_job(runtime: Runtime, house: House) -> None:
    with_painter(runtime)
    long, short = wishing(house, "海" * 20 + "と山、4枚"), wishing(house, "海")
    assert draw(runtime, long) is draw(runtime, short) is DrawResult.DRAWN
    assert (house.request(long).cut_text, house.request(long).count) == ("と山", 4)
    assert not house.request(short).cut_text


def test_a_stop_gives_the_job_back_untouched(runtime: Runtime, house: House) -> None:
    with_painter(runtime, until_stopped)
    job_id = house.add()
    threading.Timer(0.1, runtime.stopping.set).start()
    assert draw(runtime, job_id) is DrawResult.STOPPED
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
        rescued = jobs.recover_expired(db, 3)
    finish.set()
    painting.join()
    assert rescued == ([], [])
    assert house.state(job_id) == DRAWN


def test_a_cancelled_paint_stops_soon(runtime: Runtime, house: House, settings: Settings) -> None:
    with_painter(runtime, until_stopped)
    job_id = house.add(message="m1")
    results: list[DrawResult] = []
    painting = threading.Thread(target=lambda: results.append(draw(runtime, job_id)))
    painting.start()
    while house.state(job_id) != DRAWING:
        time.sleep(0.01)
    with house.database.write() as db:
        jobs.unsend(db, "m1")
    painting.join(10)
    assert results == [DrawResult.NOTHING]
    assert house.state(job_id) == CANCELLED
    assert files(settings) == []


class MeanwhileStorage(FolderStorage):
    """Lets something happen while a picture is being stored."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)

    def put(self, *args: Any, **fields: Any) -> None:
        super().put(*args, **fields)
        self.meanwhile()


def with_storage(runtime: Runtime, meanwhile: Callable[[], None]) -> None:
    storage = MeanwhileStorage(runtime.settings.pictures_dir, runtime.settings.public_url)
    storage.meanwhile = meanwhile
    runtime.storage = storage


def test_taken_back_while_it_is_stored_nothing_stays_behind(
    runtime: Runtime, house: House, settings: Settings
) -> None:
    with_painter(runtime)
    job_id = house.add(message="m1", count=2)

    def unsend() -> None:
        with house.database.write() as db:
            jobs.unsend(db, "m1")

    with_storage(runtime, unsend)
    assert draw(runtime, job_id) is DrawResult.NOTHING
    assert files(settings) == []
    assert house.rows(schema.pictures) == []


def test_taken_over_while_it_is_stored_the_other_workers_pictures_stay(
    runtime: Runtime, house: House, settings: Settings
) -> None:
    with_painter(runtime)
    job_id = house.add()

    def take_over() -> None:
        house.change(job_id, lease_owner="another", lease_until=now() + 30)

    with_storage(runtime, take_over)
    assert draw(runtime, job_id) is DrawResult.NOTHING
    assert house.job(job_id).lease_owner == "another"
    assert len([file for file in files(settings) if not file.endswith(".json")]) == 2


def test_a_storage_with_a_hiccup_is_tried_again(runtime: Runtime, house: House) -> None:
    with_painter(runtime)
    troubles = [StorageError("busy", permanent=False, reason="unavailable")]

    def trouble() -> None:
        if troubles:
            raise troubles.pop()

    with_storage(runtime, trouble)
    job_id = house.add()
    assert draw(runtime, job_id) is DrawResult.DRAWN


def away(runtime: Runtime, failures: int) -> list[None]:
    """Let the storage be away for so many calls; returns one element a call."""
    calls: list[None] = []

    def trouble() -> None:
        calls.append(None)
        if len(calls) <= failures:
            raise StorageError("away", permanent=False, reason="unavailable")

    with_storage(runtime, trouble)
    return calls


@pytest.fixture
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "RETRY_DELAYS", (0.0,))


@pytest.mark.usefixtures("in_no_time")
def test_a_storage_that_is_away_is_waited_for_with_the_picture_in_hand(
    runtime: Runtime, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = with_painter(runtime)
    calls = away(runtime, 20)  # more than three attempts of three tries
    noted: list[str | None] = []
    note = jobs.note_error

    def remember(db: Connection, *args: Any) -> bool:
        noted.append(args[-1])
        return note(db, *args)

    monkeypatch.setattr(jobs, "note_error", remember)
    job_id = house.add()
    assert draw(runtime, job_id) is DrawResult.DRAWN
    assert (len(calls), len(painter.requests), house.job(job_id).attempts) == (22, 1, 1)
    assert noted[:2] == ["storage_failed"] * 2, "the alarm can know"
    assert house.job(job_id).error_code is None


def test_after_ten_minutes_the_job_is_given_back_uncounted(
    runtime: Runtime, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "MAX_WAIT_SECONDS", -1.0)
    with_painter(runtime)
    away(runtime, 5)
    job_id = house.add()
    for _ in range(5):
        assert draw(runtime, job_id) is DrawResult.RETRY
        assert (house.state(job_id), house.job(job_id).attempts) == (QUEUED, 0)
    assert draw(runtime, job_id) is DrawResult.DRAWN


def test_a_stop_ends_the_waiting_and_counts_nothing(runtime: Runtime, house: House) -> None:
    with_painter(runtime)

    def stop() -> None:
        runtime.stopping.set()
        raise StorageError("away", permanent=False, reason="unavailable")

    with_storage(runtime, stop)
    job_id = house.add()
    assert draw(runtime, job_id) is DrawResult.STOPPED
    assert (house.state(job_id), house.job(job_id).attempts) == (QUEUED, 0)


@pytest.mark.usefixtures("in_no_time")
def test_a_database_that_is_away_when_the_picture_is_stored_costs_no_attempt(
    runtime: Runtime, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = with_painter(runtime)
    write, failures = runtime.database.write, iter(range(6))

    @contextmanager
    def flaky() -> Iterator[Connection]:
        with write() as db:
            yield db
            if painter.requests and next(failures, None) is not None:
                raise OperationalError("COMMIT", None, Exception("gone"))

    monkeypatch.setattr(runtime.database, "write", flaky)
    job_id = house.add()
    assert draw(runtime, job_id) is DrawResult.DRAWN
    assert (len(painter.requests), house.job(job_id).attempts) == (1, 1)


@pytest.mark.usefixtures("in_no_time")
def test_a_picture_to_start_from_is_waited_for_too(
    runtime: Runtime, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = with_painter(runtime)
    key = new_key("s" * 22, 0, "original", "png")
    job_id = going_on(runtime, house, key)
    runtime.storage.put(key, b"a picture", "image/png")
    read, failures = runtime.storage.get, iter(range(12))

    def get(key: str) -> bytes:
        if next(failures, None) is not None:
            raise StorageError("away", permanent=False, reason="unavailable")
        return read(key)

    monkeypatch.setattr(runtime.storage, "get", get)
    assert draw(runtime, job_id) is DrawResult.DRAWN
    assert (len(painter.requests), house.job(job_id).attempts) == (1, 1)


def test_a_storage_that_is_broken_fails_the_job_for_good(runtime: Runtime, house: House) -> None:
    with_painter(runtime)

    def broken() -> None:
        raise StorageError("no rights", permanent=True, reason="denied")

    with_storage(runtime, broken)
    job_id = house.add()
    assert draw(runtime, job_id) is DrawResult.FAILED
    assert house.job(job_id).error_code == "storage_failed"


def test_a_request_that_is_gone_fails_and_one_of_a_newer_version_is_painted(
    runtime: Runtime, house: House
) -> None:
    with_painter(runtime)
    gone, newer = house.add(), house.add()
    house.change(gone, request=None)
    house.change(newer, request={"prompt": "x", "from_the_future": 1})
    assert draw(runtime, gone) is DrawResult.FAILED
    assert draw(runtime, newer) is DrawResult.DRAWN


def going_on(runtime: Runtime, house: House, key: str) -> str:
    """A queued job that starts from the picture with this key in storage."""
    job_id = house.add()
    request = StoredRequest("海", strength=0.5, origin="similar", source_key=key)
    house.change(job_id, request=request.to_json())
    return job_id


def test_a_picture_to_start_from_is_fetched_from_storage(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime)
    key = new_key("s" * 22, 0, "original", "png")
    runtime.storage.put(key, b"a picture", "image/png")
    assert draw(runtime, going_on(runtime, house, key)) is DrawResult.DRAWN
    [request] = painter.requests
    assert (request.image, request.strength) == (b"a picture", 0.5)


def test_a_picture_that_was_erased_meanwhile_is_told(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime)
    job_id = going_on(runtime, house, new_key("s" * 22, 0, "original", "png"))
    assert draw(runtime, job_id) is DrawResult.FAILED
    assert house.job(job_id).error_code == "source_gone"
    assert painter.requests == []


def test_a_model_that_takes_no_picture_paints_from_the_words(
    runtime: Runtime, house: House
) -> None:
    painter = with_painter(runtime)
    painter.info = replace(INFO, image_to_image=False)
    key = new_key("s" * 22, 0, "original", "png")
    runtime.storage.put(key, b"a picture", "image/png")
    job_id = going_on(runtime, house, key)
    assert draw(runtime, job_id) is DrawResult.DRAWN
    assert [(request.image, request.strength) for request in painter.requests] == [(None, None)]
    request = house.request(job_id)
    assert request.fallbacks == ("words_only",)
    assert "似た絵" not in summary_text(request, "ja")


def test_a_model_that_paints_one_size_says_so(runtime: Runtime, house: House) -> None:
    painter = with_painter(runtime)
    for info, fallbacks in (
        (INFO, ()),
        (replace(INFO, native_size=192), ("same_size",)),
        (replace(INFO, image_to_image=False), ("same_size",)),
    ):
        painter.info = info
        key = new_key("s" * 22, 0, "original", "png")
        runtime.storage.put(key, b"a picture", "image/png")
        job_id = house.add()
        request = StoredRequest("海", seed=7, origin="fine", enlarge_key=key)
        house.change(job_id, request=request.to_json())
        assert draw(runtime, job_id) is DrawResult.DRAWN
        assert house.request(job_id).fallbacks == fallbacks
        assert (painter.requests[-1].image is None) == bool(fallbacks)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidRequest("a size that is none"), "invalid_request"),
        (ImageTooNarrow("a strip"), "photo_too_narrow"),
        (ImageUnreadable("junk"), "photo_unreadable"),
    ],
)
def test_what_cannot_be_painted_from_its_picture_is_not_painted_without(
    runtime: Runtime, house: House, error: InvalidRequest, code: str
) -> None:
    painter = with_painter(runtime, raises(error))
    key = new_key("s" * 22, 0, "original", "png")
    runtime.storage.put(key, b"a picture", "image/png")
    job_id = going_on(runtime, house, key)
    assert draw(runtime, job_id) is DrawResult.FAILED
    assert house.job(job_id).error_code == code
    assert len(painter.requests) == 1


def test_a_picture_that_no_model_reads_fails_its_job_and_the_worker_paints_on(
    runtime: Runtime, house: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A real painter, and files that a storage may hold after whatever happened to it."""
    runtime.painter = _tiny(tmp_path_factory)
    sources = {
        "photo_too_large": png_of(10_000, 10_000),
        "photo_too_narrow": png_of(900, 20),
        "photo_format": b"GIF89a" + bytes(100),
        "photo_unreadable": png_of(64, 64)[:60],
    }
    codes = []
    for data in sources.values():
        key = new_key("s" * 22, 0, "original", "png")
        runtime.storage.put(key, data, "image/png")
        job_id = going_on(runtime, house, key)
        assert draw(runtime, job_id) is DrawResult.FAILED
        codes.append(house.job(job_id).error_code)
        following = house.add()
        request = replace(house.request(following), steps=1)
        house.change(following, request=request.to_json())
        assert draw(runtime, following) is DrawResult.DRAWN
    assert codes == list(sources)


# --- letters and purposes


def test_letters_are_set_and_the_plain_picture_is_kept(
    runtime: Runtime, house: House, storage: FolderStorage
) -> None:
    painter = with_painter(runtime, paints_apples)
    letters = Letters("おめでとう")
    job_id = house.add(request=StoredRequest("りんご", letters=letters))
    assert draw(runtime, job_id) is DrawResult.DRAWN
    job = house.job(job_id)
    plain = storage.get(plain_key(job.secret, 0))
    (row,) = house.rows(schema.pictures)
    assert storage.get(row["key"]) != plain
    # Other letters, without painting.
    again = house.add(
        request=StoredRequest("りんご", seed=1, letters=None, plain_key=plain_key(job.secret, 0))
    )
    assert draw(runtime, again) is DrawResult.DRAWN
    assert len(painter.requests) == 1
    key = house.rows(schema.pictures)[-1]["key"]
    with Image.open(BytesIO(storage.get(key))) as bare, Image.open(BytesIO(plain)) as before:
        assert ImageChops.difference(bare.convert("RGB"), before.convert("RGB")).getbbox() is None


def test_letters_that_cannot_be_set_are_said_to_be_missing(runtime: Runtime, house: House) -> None:
    with_painter(runtime, paints_apples)
    job_id = house.add(request=StoredRequest("りんご", letters=Letters("おめでとう🎉")))
    assert draw(runtime, job_id) is DrawResult.DRAWN
    assert house.request(job_id).fallbacks == ("letters",)


def paints_apples(request: DrawRequest, on_step: OnStep, should_stop: ShouldStop) -> list[Picture]:
    image = Image.new("RGB", (512, 512), "white")
    ImageDraw.Draw(image).ellipse((120, 100, 400, 420), fill="red")
    return [encode_image(image, seed=1, model="stand-in")]
