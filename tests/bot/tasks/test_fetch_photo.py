"""Fetching a photo, which LINE gives late, never, too large or broken; and erasing it."""

from __future__ import annotations

import json
import struct
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot import jobs, messages
from bot.jobs import DELIVERED, DRAWN, FAILED, QUEUED
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.storage import FolderStorage, StorageError
from bot.store import photos, schema
from bot.store.clock import now
from bot.tasks import fetch_photo, sweep
from bot.tasks.app import make_app
from bot.tasks.draw import DrawResult
from bot.tasks.runtime import Runtime
from bot.texts import gettext
from inference.images import limits
from inference.images.sandbox import ImageSandbox
from tests.bot.conversation.test_image_to_image import photo_event
from tests.bot.conversation.test_router import Talk
from tests.bot.harness import AOI, GROUP, House, Line, in_group, on_queues, together
from tests.bot.tasks.test_draw import with_painter


@dataclass
class Lab:
    """A courier with all that it needs, and people who send photos."""

    talk: Talk
    line: Line
    runtime: Runtime
    house: House
    storage: FolderStorage

    def send(
        self, image: bytes, room: str = AOI, place: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Somebody sends a photo, of which the bot is told; its row."""
        number = self.line.send(room, image=image, user=AOI).id
        extra: dict[str, Any] = {"source": in_group()} if room == GROUP else {}
        answer = photo_event(number, place=place, replyToken=self.line.token(room), **extra)
        self.talk.tell(answer)
        [result] = [each for each in self.house.rows(schema.photos) if each["message_id"] == number]
        return result

    def row(self, photo_id: str) -> dict[str, Any]:
        [result] = [each for each in self.house.rows(schema.photos) if each["id"] == photo_id]
        return result

    def files(self) -> list[str]:
        folder = self.storage.path
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    def sweep(self) -> list[TaskMessage]:
        return sweep.sweep(self.runtime.database, self.runtime.settings.max_attempts)

    def texts(self, room: str = AOI) -> list[str]:
        return [message.text or "" for message in self.line.bot_messages(room)]


@pytest.fixture
def lab(house: House, talking: Settings, line: Line, storage: FolderStorage) -> Iterator[Lab]:
    runtime = Runtime(talking)
    yield Lab(Talk(house, talking), line, runtime, house, storage)
    runtime.database.close()


def jpeg(size: tuple[int, int] = (640, 480), **fields: Any) -> bytes:
    file = BytesIO()
    picture = Image.new("RGB", size, (200, 60, 40))
    picture.paste((40, 60, 200), (0, 0, size[0], size[1] // 2))
    picture.save(file, "JPEG", quality=90, **fields)
    return file.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A few kilobytes that say that they are a picture of that size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rows + chunk(b"IEND", b"")


# --- it comes


def test_a_photo_is_stored_anew_and_answered_free_of_charge(lab: Lab) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    turned[0x010F] = "Camera of somebody"
    photo = lab.send(jpeg((3200, 1600), exif=turned))
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    after = lab.row(photo["id"])
    assert (after["state"], after["width"], after["height"]) == (photos.READY, 768, 1536)
    assert (after["next_at"], after["lease_until"]) == (None, None)
    data = lab.storage.get(photo["key"])
    assert b"Camera" not in data
    with Image.open(BytesIO(data)) as stored:
        assert stored.size == (768, 1536)
    assert lab.texts() == [messages.ask_about_photo("ja")[0]["text"]]
    [message] = lab.line.bot_messages(AOI)
    assert message.via == "reply"
    assert [action["text"] for action in message.actions()] == [
        "これを水彩画に", "これを浮世絵風に", "これをアニメ調に",
    ]  # fmt: skip
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    assert len(lab.line.bot_messages(AOI)) == 1


def test_several_are_answered_once(lab: Lab) -> None:
    sent = [lab.send(jpeg(), place={"id": "S", "index": index, "total": 2}) for index in (1, 2)]
    without_place = [lab.send(jpeg()) for _ in range(2)]
    for photo in [*sent, *without_place]:
        lab.runtime.photo_fetcher.fetch(photo["id"])
    assert {each["state"] for each in lab.house.rows(schema.photos)} == {photos.READY}
    assert lab.texts() == [messages.ask_about_photo("ja", several=True)[0]["text"]]


def test_who_has_wished_already_is_not_asked(lab: Lab) -> None:
    photo = lab.send(jpeg())
    lab.talk.says("これを水彩画に")
    lab.runtime.photo_fetcher.fetch(photo["id"])
    assert lab.row(photo["id"])["state"] == photos.READY
    assert lab.texts() == []


def test_while_line_prepares_it_it_is_asked_for_again(lab: Lab) -> None:
    lab.line.settings(contentDelayMs=60_000)
    photo = lab.send(jpeg())
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) == fetch_photo.RETRY_DELAYS[0]
    after = lab.row(photo["id"])
    assert (after["state"], after["tries"], after["lease_until"]) == (photos.WAITING, 1, None)
    assert after["next_at"] > now()
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) == fetch_photo.RETRY_DELAYS[1]
    lab.line.settings(contentDelayMs=0)
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    assert lab.row(photo["id"])["state"] == photos.READY


@pytest.mark.parametrize("kind", ["500", "429-rate", "drop", "401", "202"])
def test_trouble_that_may_pass_is_waited_for_and_then_said(lab: Lab, kind: str) -> None:
    photo = lab.send(jpeg())
    lab.line.fault("content", kind, times=-1)
    delays = [
        lab.runtime.photo_fetcher.fetch(photo["id"])
        for _ in range(len(fetch_photo.RETRY_DELAYS) + 1)
    ]
    assert delays == [*fetch_photo.RETRY_DELAYS, None]
    lab.line.clear_faults()
    after = lab.row(photo["id"])
    assert (after["state"], after["error_code"]) == (photos.FAILED, "photo_unavailable")
    assert lab.texts() == [messages.photo_unusable("photo_unavailable", "ja")[0]["text"]]


# --- it does not


def moving() -> bytes:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    file = BytesIO()
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    return file.getvalue()


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (png_of(30_000, 30_000), "photo_too_large"),
        (png_of(10_000, 9_000), "photo_too_large"),
        (png_of(5_001, 5_000), "photo_too_large"),
        (jpeg((1200, 90)), "photo_too_narrow"),
        (jpeg((12, 12)), "photo_too_small"),
        (jpeg() + bytes(20_000_000), "photo_too_large"),
        (jpeg()[:2000], "photo_unreadable"),
        (b"\xff\xd8\xff" + b"no picture at all", "photo_unreadable"),
        (moving(), "photo_animated"),
    ],
    ids=[
        "bomb",
        "many pixels",
        "too many pixels",
        "a strip",
        "a dot",
        "many bytes",
        "cut off",
        "no picture",
        "animation",
    ],
)
def test_what_cannot_be_painted_from_is_said_and_not_stored(
    lab: Lab, image: bytes, code: str
) -> None:
    photo = lab.send(image)
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    after = lab.row(photo["id"])
    assert (after["state"], after["error_code"]) == (photos.FAILED, code)
    assert lab.texts() == [messages.photo_unusable(code, "ja")[0]["text"]]
    assert lab.files() == []


@pytest.mark.parametrize("code", limits.REFUSALS)
def test_every_refusal_has_a_sentence(lab: Lab, code: str) -> None:
    says = json.dumps({"refused": code, "message": "for operators"})
    decoded_by(lab, f"import sys; sys.stdin.buffer.read(); print({says!r})")
    photo = lab.send(jpeg())
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    error_code = code.replace("image", "photo")
    assert lab.row(photo["id"])["error_code"] == error_code
    assert lab.texts() == [gettext(f"failed.{error_code}", "ja")]
    assert gettext(f"failed.{error_code}", "en")


@pytest.mark.parametrize("kind", ["404", "410"])
def test_a_photo_that_line_has_no_more(lab: Lab, kind: str) -> None:
    photo = lab.send(jpeg())
    lab.line.fault("content", kind)
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    assert lab.row(photo["id"])["error_code"] == "photo_gone"
    assert lab.texts() == [messages.photo_unusable("photo_gone", "ja")[0]["text"]]


def test_a_photo_over_which_couriers_die_is_given_up(lab: Lab) -> None:
    photo = lab.send(jpeg())
    lab.house.set(
        schema.photos, schema.photos.c.id == photo["id"], tries=len(fetch_photo.RETRY_DELAYS) + 1
    )
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    assert lab.row(photo["id"])["error_code"] == "photo_unavailable"
    assert lab.line.calls("content") == []


def test_a_storage_in_trouble_is_tried_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = lab.send(jpeg())

    def full(*_: Any) -> None:
        raise StorageError("no space", permanent=False, reason="full")

    with monkeypatch.context() as patch:
        patch.setattr(lab.runtime.storage, "put", full)
        assert lab.runtime.photo_fetcher.fetch(photo["id"]) == fetch_photo.RETRY_DELAYS[0]
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    assert lab.row(photo["id"])["state"] == photos.READY


# --- it costs too much


def decoded_by(lab: Lab, code: str, seconds: float = 30.0) -> None:
    """From now on, photos are decoded by this program."""
    item = lab.runtime
    sandbox = ImageSandbox([sys.executable, "-c", code], seconds)
    parts = (item.settings, item.database, item.storage, item.line, item.sender)
    item.photo_fetcher = fetch_photo.PhotoFetcher(*parts, sandbox=sandbox)


@pytest.mark.parametrize(
    "code",
    ["import time; time.sleep(600)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"],
    ids=["sleeps", "is killed"],
)
def test_a_photo_that_ends_its_decoder_is_refused_kindly_and_never_tried_again(
    lab: Lab, code: str
) -> None:
    decoded_by(lab, code, seconds=0.5)
    photo = lab.send(jpeg())
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    after = lab.row(photo["id"])
    assert (after["state"], after["error_code"]) == (photos.FAILED, "photo_too_costly")
    sentence = messages.photo_unusable("photo_too_costly", "ja")[0]["text"]
    assert lab.texts() == [sentence]
    lab.house.set(schema.photos, schema.photos.c.id == photo["id"], lease_until=now() - 1)
    assert all(task.task != "fetch_photo" for task in lab.sweep())
    lab.talk.says("これを水彩画に")
    lab.runtime.photo_fetcher.fetch(photo["id"])
    assert len(lab.line.calls("content")) == 1
    assert lab.house.rows(schema.jobs) == []


def test_a_photo_over_whose_decoding_couriers_are_killed_is_parked(lab: Lab) -> None:
    photo = lab.send(jpeg())
    for _ in range(fetch_photo.MAX_DECODINGS):
        with lab.house.database.write() as db:
            claimed = photos.claim(db, photo["id"], 30)
            assert claimed is not None
            assert photos.begin_decoding(db, claimed, 0) is not None
    decoded_by(lab, "raise SystemExit('not decoded once more')")
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    after = lab.row(photo["id"])
    assert (after["state"], after["error_code"]) == (photos.FAILED, "photo_too_costly")
    assert lab.files() == []


def test_photos_that_take_long_leave_threads_for_deliveries(lab: Lab, tmp_path: Path) -> None:
    """Twelve photos whose decoding waits for a file; what is painted is delivered meanwhile."""
    app = make_app(lab.talk.settings)
    on_queues(app)
    gate, real = tmp_path / "gate", "from inference.images.decoder_process import main; main()"
    waits = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.05)\n"
    item, lab.runtime = lab.runtime, app.runtime
    decoded_by(lab, waits + real)
    sent = [lab.send(jpeg()) for _ in range(12)]
    on_queues(app)
    job_id = lab.house.add(token=lab.line.token(AOI))
    with_painter(lab.runtime)
    assert lab.runtime.job_painter.draw_next_job()[0] is DrawResult.DRAWN
    with ThreadPoolExecutor(8) as pool:  # as many threads as a courier has
        fetching = [
            pool.submit(app.tasks["fetch_photo"].apply, args=[photo["id"]]) for photo in sent
        ]
        try:
            pool.submit(app.tasks["deliver"].apply, args=[job_id]).result(60)
            assert lab.house.state(job_id) == DELIVERED
            wait(fetching, 2)
            busy = [task for task in fetching if not task.done()]
            assert len(busy) == fetch_photo.MAX_FETCHES
        finally:
            gate.touch()
    for _ in range(len(sent)):  # each that is done calls the next one
        for message in on_queues(app):
            if message.task == "fetch_photo":
                app.tasks["fetch_photo"].apply(args=[message.id])
    assert {each["state"] for each in lab.house.rows(schema.photos)} == {photos.READY}
    app.runtime.database.close()
    lab.runtime = item


# --- one at a time, and nothing lost


def test_couriers_do_not_fetch_the_same_photo(lab: Lab) -> None:
    photo = lab.send(jpeg())
    lab.line.fault("content", "latency", ms=300)
    together([lambda: lab.runtime.photo_fetcher.fetch(photo["id"])] * 4)
    assert len(lab.line.calls("content")) == 1
    assert len(lab.line.bot_messages(AOI)) == 1


def test_a_courier_that_died_is_followed_by_another(lab: Lab) -> None:
    photo = lab.send(jpeg())
    with lab.house.database.write() as db:
        assert photos.claim(db, photo["id"], 30)
        assert photos.claim(db, photo["id"], 30) is None
    assert all(task.task != "fetch_photo" for task in lab.sweep())
    lease = schema.photos.c.id == photo["id"]
    lab.house.set(schema.photos, lease, lease_until=now() - 1, next_at=now() - 1)
    assert TaskMessage("fetch_photo", photo["id"]) in sweep.sweep(
        lab.runtime.database, lab.runtime.settings.max_attempts
    )
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    assert lab.row(photo["id"])["state"] == photos.READY


def test_the_task_fetches_comes_again_and_wakes_who_waits(lab: Lab) -> None:
    app = make_app(lab.talk.settings)
    on_queues(app)
    lab.line.fault("content", "202")
    photo = lab.send(jpeg())
    lab.talk.says("これを水彩画に")
    app.tasks["fetch_photo"].apply(args=[photo["id"]])
    assert on_queues(app) == [TaskMessage("fetch_photo", photo["id"])]
    app.tasks["fetch_photo"].apply(args=[photo["id"]])
    assert on_queues(app) == [TaskMessage("draw")]
    with lab.house.database.write() as db:
        jobs.unsend(db, photo["message_id"])
    app.tasks["erase_photo"].apply(args=[photo["id"]])
    assert lab.house.rows(schema.photos) == []
    app.runtime.database.close()


# --- painting


def test_a_picture_is_painted_from_the_photo(lab: Lab) -> None:
    painter = with_painter(lab.runtime)
    photo = lab.send(jpeg())
    lab.talk.says("これを水彩画に")
    assert lab.runtime.job_painter.draw_next_job() == (DrawResult.NOTHING, None), (
        "it is not there yet"
    )
    lab.runtime.photo_fetcher.fetch(photo["id"])
    assert lab.runtime.job_painter.draw_next_job()[0] is DrawResult.DRAWN
    [request] = painter.requests
    assert request.image == lab.storage.get(photo["key"])
    assert request.strength == pytest.approx(0.6)
    assert lab.house.state(lab.talk.jobs[0]["id"]) == DRAWN


def test_a_photo_that_cannot_be_had_ends_the_job_kindly(lab: Lab) -> None:
    with_painter(lab.runtime)
    photo = lab.send(moving(), room=GROUP)
    lab.talk.in_group("これを水彩画に")
    job_id = lab.talk.jobs[0]["id"]
    lab.runtime.photo_fetcher.fetch(photo["id"])
    assert lab.texts(GROUP) == [], "the job tells it"
    assert lab.runtime.job_painter.draw_next_job()[0] is DrawResult.FAILED
    job = lab.house.job(job_id)
    assert (job.state, job.error_code) == (FAILED, "photo_animated")
    assert job.deliver_at is not None, "a courier tells the chat"


def test_what_goes_on_from_a_picture_whose_photo_is_on_its_way_waits_uncounted(lab: Lab) -> None:
    painter = with_painter(lab.runtime)
    photo = lab.send(jpeg())
    lab.talk.says("これを水彩画に")
    lab.talk.says("もっと明るく")
    first, second = lab.talk.jobs
    assert second["parent_id"] == first["id"]
    result, job_id = lab.runtime.job_painter.draw_next_job()
    assert (result, job_id) == (DrawResult.RETRY, second["id"])
    assert (lab.house.state(second["id"]), lab.house.job(second["id"]).attempts) == (QUEUED, 0)
    lab.runtime.photo_fetcher.fetch(photo["id"])
    assert lab.runtime.job_painter.draw_next_job() == (DrawResult.DRAWN, second["id"])
    assert lab.house.state(first["id"]) == "cancelled", "the second takes its place"
    [request] = painter.requests
    assert request.image


def test_when_the_photo_is_erased_what_goes_on_from_it_says_so(lab: Lab) -> None:
    with_painter(lab.runtime)
    photo = lab.send(jpeg())
    lab.talk.says("これを水彩画に")
    lab.runtime.photo_fetcher.fetch(photo["id"])
    lab.runtime.job_painter.draw_next_job()
    with lab.house.database.write() as db:  # its time was over before that of the picture
        photos.mark_for_erasure(db, schema.photos.c.id == photo["id"])
    lab.runtime.photo_fetcher.erase(photo["id"])
    lab.talk.says("もっと明るく")
    result, job_id = lab.runtime.job_painter.draw_next_job()
    assert result is DrawResult.FAILED
    assert lab.house.job(job_id or "").error_code == "source_gone"


# --- erasing


def test_an_unsent_photo_leaves_neither_file_nor_row(lab: Lab) -> None:
    photo = lab.send(jpeg())
    lab.runtime.photo_fetcher.fetch(photo["id"])
    assert len(lab.files()) == 2, "the photo and its note"
    lab.runtime.photo_fetcher.erase(photo["id"])
    assert len(lab.files()) == 2, "nobody took it back"
    with lab.house.database.write() as db:
        jobs.unsend(db, photo["message_id"])
    lab.runtime.photo_fetcher.erase(photo["id"])
    lab.runtime.photo_fetcher.erase(photo["id"])
    assert lab.files() == []
    assert lab.house.rows(schema.photos) == []
    assert lab.house.rows(schema.reply_tokens) == []


def test_an_unsend_while_it_is_downloaded(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = lab.send(jpeg())
    real = ImageSandbox.shrink

    def taken_back_meanwhile(it: ImageSandbox, data: bytes, longest: int) -> Any:
        with lab.house.database.write() as db:
            jobs.unsend(db, photo["message_id"])
        lab.runtime.photo_fetcher.erase(photo["id"])  # leaves it to the courier who is at it
        assert len(lab.house.rows(schema.photos)) == 1
        return real(it, data, longest)

    monkeypatch.setattr(ImageSandbox, "shrink", taken_back_meanwhile)
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    assert lab.files() == []
    assert lab.house.rows(schema.photos) == []
    assert lab.texts() == []


def test_an_unsend_while_it_is_stored(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = lab.send(jpeg())
    real = lab.runtime.storage.put

    def taken_back_meanwhile(*what: Any) -> None:
        with lab.house.database.write() as db:
            jobs.unsend(db, photo["message_id"])
        real(*what)

    monkeypatch.setattr(lab.runtime.storage, "put", taken_back_meanwhile)
    assert lab.runtime.photo_fetcher.fetch(photo["id"]) is None
    assert lab.files() == []
    assert lab.house.rows(schema.photos) == []


def test_a_courier_killed_between_file_and_row_leaves_nothing_for_good(lab: Lab) -> None:
    photo = lab.send(jpeg())
    with lab.house.database.write() as db:
        assert photos.claim(db, photo["id"], 30)
    lab.storage.put(photo["key"], jpeg(), "image/jpeg")
    with lab.house.database.write() as db:
        jobs.unsend(db, photo["message_id"])
    assert all(task.task != "erase_photo" for task in lab.sweep()), "it may be at it"
    lab.house.set(schema.photos, schema.photos.c.id == photo["id"], lease_until=now() - 1)
    assert TaskMessage("erase_photo", photo["id"]) in sweep.sweep(
        lab.runtime.database, lab.runtime.settings.max_attempts
    )
    lab.runtime.photo_fetcher.erase(photo["id"])
    assert lab.files() == []
