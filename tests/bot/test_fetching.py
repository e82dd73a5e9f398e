"""Fetching a photo, which LINE gives late, never, too large or broken; and erasing it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot import fetching, jobs, messages, photos, sweeping, tables, tasks
from bot.database import now
from bot.drawing import Result, draw
from bot.jobs import DRAWN, FAILED, QUEUED
from bot.queue import Wake
from bot.runtime import Runtime
from bot.settings import Settings
from bot.storage import FolderStorage, StorageError
from tests.bot.house import AOI, GROUP, House, Line, in_group, on_queues, together
from tests.bot.test_conversation import Talk
from tests.bot.test_drawing import with_painter
from tests.bot.test_photos import photo_event


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
        more: dict[str, Any] = {"source": in_group()} if room == GROUP else {}
        told = photo_event(number, place=place, replyToken=self.line.token(room), **more)
        self.talk.tell(told)
        [found] = [it for it in self.house.rows(tables.photos) if it["message_id"] == number]
        return found

    def row(self, photo_id: str) -> dict[str, Any]:
        [found] = [it for it in self.house.rows(tables.photos) if it["id"] == photo_id]
        return found

    def files(self) -> list[str]:
        folder = self.storage.path
        return sorted(str(it.relative_to(folder)) for it in folder.rglob("*") if it.is_file())

    def texts(self, room: str = AOI) -> list[str]:
        return [it.text or "" for it in self.line.bot_messages(room)]


@pytest.fixture
def lab(house: House, talking: Settings, line: Line, storage: FolderStorage) -> Iterator[Lab]:
    runtime = Runtime(talking)
    yield Lab(Talk(house, talking), line, runtime, house, storage)
    runtime.database.close()


def jpeg(size: tuple[int, int] = (640, 480), **more: Any) -> bytes:
    file = BytesIO()
    picture = Image.new("RGB", size, (200, 60, 40))
    picture.paste((40, 60, 200), (0, 0, size[0], size[1] // 2))
    picture.save(file, "JPEG", quality=90, **more)
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
    assert fetching.fetch(lab.runtime, photo["id"]) is None
    after = lab.row(photo["id"])
    assert (after["state"], after["width"], after["height"]) == (photos.READY, 768, 1536)
    assert (after["next_at"], after["lease_until"]) == (None, None)
    data = lab.storage.get(photo["key"])
    assert b"Camera" not in data
    with Image.open(BytesIO(data)) as stored:
        assert stored.size == (768, 1536)
    assert lab.texts() == [messages.photo_ask()[0]["text"]]
    [message] = lab.line.bot_messages(AOI)
    assert message.via == "reply"
    assert [it["text"] for it in message.actions()] == [
        "これを水彩画に", "これを浮世絵風に", "これをアニメ調に",
    ]  # fmt: skip
    assert fetching.fetch(lab.runtime, photo["id"]) is None
    assert len(lab.line.bot_messages(AOI)) == 1


def test_several_are_answered_once(lab: Lab) -> None:
    sent = [lab.send(jpeg(), place={"id": "S", "index": index, "total": 2}) for index in (1, 2)]
    without_place = [lab.send(jpeg()) for _ in range(2)]
    for photo in [*sent, *without_place]:
        fetching.fetch(lab.runtime, photo["id"])
    assert {it["state"] for it in lab.house.rows(tables.photos)} == {photos.READY}
    assert lab.texts() == [messages.photo_ask(several=True)[0]["text"]]


def test_who_has_wished_already_is_not_asked(lab: Lab) -> None:
    photo = lab.send(jpeg())
    lab.talk.says("これを水彩画に")
    fetching.fetch(lab.runtime, photo["id"])
    assert lab.row(photo["id"])["state"] == photos.READY
    assert lab.texts() == []


def test_while_line_prepares_it_it_is_asked_for_again(lab: Lab) -> None:
    lab.line.settings(contentDelayMs=60_000)
    photo = lab.send(jpeg())
    assert fetching.fetch(lab.runtime, photo["id"]) == fetching.DELAYS[0]
    after = lab.row(photo["id"])
    assert (after["state"], after["tries"], after["lease_until"]) == (photos.WAITING, 1, None)
    assert after["next_at"] > now()
    assert fetching.fetch(lab.runtime, photo["id"]) == fetching.DELAYS[1]
    lab.line.settings(contentDelayMs=0)
    assert fetching.fetch(lab.runtime, photo["id"]) is None
    assert lab.row(photo["id"])["state"] == photos.READY


@pytest.mark.parametrize("kind", ["500", "429-rate", "drop", "401", "202"])
def test_trouble_that_may_pass_is_waited_for_and_then_said(lab: Lab, kind: str) -> None:
    photo = lab.send(jpeg())
    lab.line.fault("content", kind, times=-1)
    delays = [fetching.fetch(lab.runtime, photo["id"]) for _ in range(len(fetching.DELAYS) + 1)]
    assert delays == [*fetching.DELAYS, None]
    lab.line.clear_faults()
    after = lab.row(photo["id"])
    assert (after["state"], after["error_code"]) == (photos.FAILED, "photo_unavailable")
    assert lab.texts() == [messages.photo_refused("photo_unavailable")[0]["text"]]


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
        (jpeg() + bytes(20_000_000), "photo_too_large"),
        (jpeg()[:2000], "photo_unreadable"),
        (b"\xff\xd8\xff" + b"no picture at all", "photo_unreadable"),
        (moving(), "photo_animated"),
    ],
    ids=["bomb", "many pixels", "many bytes", "cut off", "no picture", "animation"],
)
def test_what_cannot_be_painted_from_is_said_and_not_stored(
    lab: Lab, image: bytes, code: str
) -> None:
    photo = lab.send(image)
    assert fetching.fetch(lab.runtime, photo["id"]) is None
    after = lab.row(photo["id"])
    assert (after["state"], after["error_code"]) == (photos.FAILED, code)
    assert lab.texts() == [messages.photo_refused(code)[0]["text"]]
    assert lab.files() == []


@pytest.mark.parametrize("kind", ["404", "410"])
def test_a_photo_that_line_has_no_more(lab: Lab, kind: str) -> None:
    photo = lab.send(jpeg())
    lab.line.fault("content", kind)
    assert fetching.fetch(lab.runtime, photo["id"]) is None
    assert lab.row(photo["id"])["error_code"] == "photo_gone"
    assert lab.texts() == [messages.photo_refused("photo_gone")[0]["text"]]


def test_a_photo_over_which_couriers_die_is_given_up(lab: Lab) -> None:
    photo = lab.send(jpeg())
    lab.house.set(tables.photos, tables.photos.c.id == photo["id"], tries=len(fetching.DELAYS) + 1)
    assert fetching.fetch(lab.runtime, photo["id"]) is None
    assert lab.row(photo["id"])["error_code"] == "photo_unavailable"
    assert lab.line.calls("content") == []


def test_a_storage_in_trouble_is_tried_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = lab.send(jpeg())

    def full(*_: Any) -> None:
        raise StorageError("no space", permanent=False, reason="full")

    with monkeypatch.context() as patch:
        patch.setattr(lab.runtime.storage, "put", full)
        assert fetching.fetch(lab.runtime, photo["id"]) == fetching.DELAYS[0]
    assert fetching.fetch(lab.runtime, photo["id"]) is None
    assert lab.row(photo["id"])["state"] == photos.READY


# --- one at a time, and nothing lost


def test_couriers_do_not_fetch_the_same_photo(lab: Lab) -> None:
    photo = lab.send(jpeg())
    lab.line.fault("content", "latency", ms=300)
    together([lambda: fetching.fetch(lab.runtime, photo["id"])] * 4)
    assert len(lab.line.calls("content")) == 1
    assert len(lab.line.bot_messages(AOI)) == 1


def test_a_courier_that_died_is_followed_by_another(lab: Lab) -> None:
    photo = lab.send(jpeg())
    with lab.house.database.write() as db:
        assert photos.claim(db, photo["id"], 30)
        assert photos.claim(db, photo["id"], 30) is None
    assert all(it.task != "fetch_photo" for it in sweeping.sweep(lab.runtime))
    lease = tables.photos.c.id == photo["id"]
    lab.house.set(tables.photos, lease, lease_until=now() - 1, next_at=now() - 1)
    assert Wake("fetch_photo", photo["id"]) in sweeping.sweep(lab.runtime)
    assert fetching.fetch(lab.runtime, photo["id"]) is None
    assert lab.row(photo["id"])["state"] == photos.READY


def test_the_task_fetches_comes_again_and_wakes_who_waits(lab: Lab) -> None:
    app = tasks.make_app(lab.talk.settings)
    on_queues(app)
    lab.line.fault("content", "202")
    photo = lab.send(jpeg())
    lab.talk.says("これを水彩画に")
    job = lab.talk.jobs[0]["id"]
    app.tasks["fetch_photo"].apply(args=[photo["id"]])
    assert on_queues(app) == [Wake("fetch_photo", photo["id"])]
    app.tasks["fetch_photo"].apply(args=[photo["id"]])
    assert on_queues(app) == [Wake("draw", job)]
    with lab.house.database.write() as db:
        jobs.unsend(db, photo["message_id"])
    app.tasks["erase_photo"].apply(args=[photo["id"]])
    assert lab.house.rows(tables.photos) == []
    app.runtime.database.close()


# --- painting


def test_a_picture_is_painted_from_the_photo(lab: Lab) -> None:
    painter = with_painter(lab.runtime)
    photo = lab.send(jpeg())
    lab.talk.says("これを水彩画に")
    assert draw(lab.runtime) == (Result.NOTHING, None), "it is not there yet"
    fetching.fetch(lab.runtime, photo["id"])
    assert draw(lab.runtime)[0] is Result.DRAWN
    [request] = painter.requests
    assert request.image == lab.storage.get(photo["key"])
    assert request.strength == pytest.approx(0.6)
    assert lab.house.state(lab.talk.jobs[0]["id"]) == DRAWN


def test_a_photo_that_cannot_be_had_ends_the_job_kindly(lab: Lab) -> None:
    with_painter(lab.runtime)
    photo = lab.send(moving(), room=GROUP)
    lab.talk.in_group("これを水彩画に")
    job_id = lab.talk.jobs[0]["id"]
    fetching.fetch(lab.runtime, photo["id"])
    assert lab.texts(GROUP) == [], "the job tells it"
    assert draw(lab.runtime)[0] is Result.FAILED
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
    result, job_id = draw(lab.runtime)
    assert (result, job_id) == (Result.AGAIN, second["id"])
    assert (lab.house.state(second["id"]), lab.house.job(second["id"]).attempts) == (QUEUED, 0)
    fetching.fetch(lab.runtime, photo["id"])
    assert [draw(lab.runtime)[0] for _ in range(2)] == [Result.DRAWN] * 2
    assert all(it.image for it in painter.requests)


def test_when_the_photo_is_erased_what_goes_on_from_it_says_so(lab: Lab) -> None:
    with_painter(lab.runtime)
    photo = lab.send(jpeg())
    lab.talk.says("これを水彩画に")
    fetching.fetch(lab.runtime, photo["id"])
    draw(lab.runtime)
    with lab.house.database.write() as db:  # its time was over before that of the picture
        photos.drop(db, tables.photos.c.id == photo["id"])
    fetching.erase(lab.runtime, photo["id"])
    lab.talk.says("もっと明るく")
    result, job_id = draw(lab.runtime)
    assert result is Result.FAILED
    assert lab.house.job(job_id or "").error_code == "source_gone"


# --- erasing


def test_an_unsent_photo_leaves_neither_file_nor_row(lab: Lab) -> None:
    photo = lab.send(jpeg())
    fetching.fetch(lab.runtime, photo["id"])
    assert len(lab.files()) == 2, "the photo and its note"
    fetching.erase(lab.runtime, photo["id"])
    assert len(lab.files()) == 2, "nobody took it back"
    with lab.house.database.write() as db:
        jobs.unsend(db, photo["message_id"])
    fetching.erase(lab.runtime, photo["id"])
    fetching.erase(lab.runtime, photo["id"])
    assert lab.files() == []
    assert lab.house.rows(tables.photos) == []
    assert lab.house.rows(tables.reply_tokens) == []


def test_an_unsend_while_it_is_downloaded(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = lab.send(jpeg())
    real = fetching._shrunk

    def taken_back_meanwhile(data: bytes) -> tuple[bytes, int, int]:
        with lab.house.database.write() as db:
            jobs.unsend(db, photo["message_id"])
        fetching.erase(lab.runtime, photo["id"])  # leaves it to the courier who is at it
        assert len(lab.house.rows(tables.photos)) == 1
        return real(data)

    monkeypatch.setattr(fetching, "_shrunk", taken_back_meanwhile)
    assert fetching.fetch(lab.runtime, photo["id"]) is None
    assert lab.files() == []
    assert lab.house.rows(tables.photos) == []
    assert lab.texts() == []


def test_an_unsend_while_it_is_stored(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = lab.send(jpeg())
    real = lab.runtime.storage.put

    def taken_back_meanwhile(*what: Any) -> None:
        with lab.house.database.write() as db:
            jobs.unsend(db, photo["message_id"])
        real(*what)

    monkeypatch.setattr(lab.runtime.storage, "put", taken_back_meanwhile)
    assert fetching.fetch(lab.runtime, photo["id"]) is None
    assert lab.files() == []
    assert lab.house.rows(tables.photos) == []


def test_a_courier_killed_between_file_and_row_leaves_nothing_for_good(lab: Lab) -> None:
    photo = lab.send(jpeg())
    with lab.house.database.write() as db:
        assert photos.claim(db, photo["id"], 30)
    lab.storage.put(photo["key"], jpeg(), "image/jpeg")
    with lab.house.database.write() as db:
        jobs.unsend(db, photo["message_id"])
    assert all(it.task != "erase_photo" for it in sweeping.sweep(lab.runtime)), "it may be at it"
    lab.house.set(tables.photos, tables.photos.c.id == photo["id"], lease_until=now() - 1)
    assert Wake("erase_photo", photo["id"]) in sweeping.sweep(lab.runtime)
    fetching.erase(lab.runtime, photo["id"])
    assert lab.files() == []
