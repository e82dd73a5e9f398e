"""A photo, then 「これを水彩画に」: painted from it, in time or late, and erased with all of it."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from PIL import Image, ImageDraw
from sqlalchemy import update

from bot.store import samples
from bot.store.clock import now
from bot.store.schema import jobs, photos
from bot.tasks.samples import GREETING
from bot.tasks.style_samples import style_requests
from bot.texts import gettext
from simulator.client import Msg
from tests.browser import chromium, new_context
from tests.scenarios.conftest import COMMON, visit
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

until = partial(eventually, timeout=PATIENCE)


def landscape() -> Image.Image:
    """Two hills and a red house under a blue sky, as a telephone might see them."""
    picture = Image.new("RGB", (800, 600))
    draw = ImageDraw.Draw(picture)
    for y in range(600):
        draw.line([(0, y), (800, y)], fill=(90 + y // 6, 150 + y // 8, 230 - y // 10))
    draw.polygon([(0, 420), (250, 250), (480, 430)], fill=(90, 100, 120))
    draw.polygon([(300, 440), (560, 200), (800, 430)], fill=(70, 80, 105))
    draw.rectangle([0, 420, 800, 600], fill=(60, 130, 60))
    draw.rectangle([150, 400, 260, 500], fill=(170, 60, 50))
    return picture


def jpeg(picture: Image.Image | None = None) -> bytes:
    file = io.BytesIO()
    about = Image.Exif()
    about[0x010F] = "Camera of somebody"
    (picture or landscape()).save(file, "JPEG", quality=92, exif=about)
    return file.getvalue()


def bomb() -> bytes:
    """A few kilobytes that would unfold to gigabytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def likeness(data: bytes, photo: Image.Image) -> float:
    """Correlation, -1 to 1, of a picture with a photo, both seen small and without contrast."""
    with Image.open(io.BytesIO(data)) as picture:
        small = [
            np.asarray(content.convert("RGB").resize((32, 24)), float)
            for content in (picture, photo)
        ]
    return float(np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1])


def painted(house: House, room: str, count: int) -> list[bytes]:
    """The files of so many pictures of a chat; those that took too long are asked for."""

    def there() -> bool:
        for row in house.rows(jobs, jobs.c.chat_id == room, jobs.c.state == "waiting"):
            user = None if row["user_id"] == room else row["user_id"]
            house.simulator.postback(room, f"pick:{row['number']}", user=user)
        return len(house.pictures(room)) >= count

    eventually(f"{count} pictures", there, 2 * PATIENCE, 0.3)
    return [
        house.get(message.image["original"])[1] for message in house.pictures(room) if message.image
    ]


def ready(house: House, message: Msg) -> None:
    """Wait until a photo lies in storage."""
    which = photos.c.message_id == message.id
    eventually(
        "the photo is stored",
        lambda: [photo["state"] for photo in house.rows(photos, which)] == ["ready"],
        PATIENCE,
    )


def fetches(house: House) -> list[int | None]:
    """What LINE answered to the bot's questions for content."""
    return [request["status"] for request in house.simulator.log("/content")]


def files(house: House) -> set[str]:
    """What lies in storage, once the worker has painted every sample that it shows of its own."""
    model = house.env["MODEL"] or None

    def all_painted() -> bool:
        with house.database.read() as db:
            return all(samples.find(db, name) for name in (GREETING, *style_requests(model)))

    eventually("the samples are painted", all_painted, PATIENCE)
    return {str(path) for path in house.pictures_dir.rglob("*") if path.is_file()}


@pytest.fixture
def studio(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[House]:
    """A house that really paints, by the model that comes with the bot."""
    house = House(tmp_path_factory.mktemp("studio"), None, COMMON, fork=True, stub=False)
    try:
        yield from visit(house.open(), request)
    finally:
        house.close()


def test_what_is_painted_from_a_photo_resembles_it(studio: House) -> None:
    """The same words and seed alone give something else."""
    house, mio = studio, studio.person()
    photo = house.simulator.send(mio, image=jpeg())
    question = house.wait_for_text(mio, gettext("photo.ask", "ja").splitlines()[0])
    assert question.via == "reply"
    house.simulator.tap(question, gettext("photo.watercolour", "ja"))
    painted(house, mio, 1)
    house.simulator.send(mio, "山の家、シード7", quote=photo.id)
    painted(house, mio, 2)
    house.simulator.send(mio, "山の家、シード7")
    pictures = painted(house, mio, 3)
    watercolour, from_photo, from_words = (likeness(item, landscape()) for item in pictures)
    message = house.wait_for_text(mio, "水彩風、写真から")
    assert message.via == "reply"
    # A mountain that is painted from words alone has something of a landscape, too.
    assert from_photo > from_words + 0.12, (from_photo, from_words)
    assert watercolour > from_words + 0.12, (watercolour, from_words)
    house.settle()


def test_an_unsend_erases_the_photo_and_what_was_painted_from_it(house: House) -> None:
    """In the database and in storage; the photo that is kept until then says nothing of a place."""
    mio = house.person()
    before = files(house)
    photo = house.simulator.send(mio, image=jpeg())
    ready(house, photo)
    kept = [path for path in files(house) - before if path.endswith(".jpg")]
    assert len(kept) == 1
    with open(kept[0], "rb") as file:
        assert b"Camera" not in file.read()
    house.simulator.send(mio, "これを水彩画に")
    painted(house, mio, 1)
    urls = [message.image["original"] for message in house.pictures(mio) if message.image]
    house.simulator.unsend(mio, photo.id, wait=True)
    house.settle()
    assert house.rows(photos, photos.c.chat_id == mio) == []
    assert house.rows(jobs, jobs.c.chat_id == mio) == []
    assert files(house) == before
    assert [house.get(url)[0] for url in urls] == [404]
    house.simulator.send(mio, "この写真を油絵に")
    house.wait_for_text(mio, gettext("going_on.nothing", "ja"))


def test_a_photo_that_line_still_prepares_is_waited_for(house: House) -> None:
    """202 again and again; the wish has been said meanwhile, and is painted from the photo."""
    mio = house.person()
    house.simulator.settings(contentDelayMs=4000)
    # Webhooks of two messages may overtake each other, and no person is as quick as that.
    house.simulator.send(mio, image=jpeg(), wait=True)
    house.simulator.send(mio, "これを水彩画に")
    painted(house, mio, 1)
    assert 202 in fetches(house)
    assert fetches(house)[-1] == 200
    assert house.job(mio)["attempts"] == 1, "waiting was no attempt"
    house.settle()
    assert [
        message.text
        for message in house.simulator.bot_messages(mio)
        if "写真をお預かり" in (message.text or "")
    ] == []


@pytest.mark.parametrize("way", ["410", "bomb"])
def test_a_photo_that_cannot_be_had_is_said_kindly(house: House, way: str) -> None:
    """At once, with the photo's own reply token; and the bot goes on painting."""
    mio = house.person()
    before = files(house)
    if way == "410":
        house.simulator.fault("content", "410")
    house.simulator.send(mio, image=bomb() if way == "bomb" else jpeg())
    code = {"410": "photo_gone", "bomb": "photo_too_large"}[way]
    assert house.wait_for_text(mio, gettext(f"failed.{code}", "ja")).via == "reply"
    house.simulator.send(mio, "これを水彩画に", wait=True)
    house.settle()
    texts = [message.text for message in house.simulator.bot_messages(mio)]
    assert texts == [gettext(f"failed.{code}", "ja")] * 2
    assert files(house) == before
    house.simulator.send(mio, "赤いりんご")
    painted(house, mio, 1)
    house.settle()


def test_kill_9_of_the_courier_while_it_fetches_loses_nothing(house: House) -> None:
    """Another takes the photo up when the claim of the dead one has run out."""
    mio = house.person()
    house.simulator.fault("content", "hang", ms=60_000)
    photo = house.simulator.send(mio, image=jpeg())
    which = photos.c.message_id == photo.id
    eventually(
        "the courier is at it",
        lambda: [item for item in house.rows(photos, which) if item["lease_until"]],
        PATIENCE,
    )
    house.kill("courier")
    house.simulator.clear_faults()
    house.simulator.send(mio, "これを水彩画に", wait=True)
    with house.database.write() as db:  # time passes
        db.execute(update(photos).where(which).values(lease_until=now() - 1))
    house.start("courier")
    house.bring(mio)
    [row] = house.rows(photos, which)
    assert (row["state"], row["tries"]) == ("ready", 2)
    assert len(house.pictures(mio)) == 1


def test_in_a_group_a_photo_is_fetched_only_for_who_points_at_it(house: House) -> None:
    """What people show each other is not the bot's business. Who leaves takes along their photos,
    not what the group has seen; the bot, when it is removed, everything."""
    group, rin = house.group()
    before = files(house)
    house.simulator.send(group, image=jpeg(), user=rin, wait=True)
    shown = house.simulator.send(group, image=jpeg(), user=rin, wait=True)
    house.settle()
    assert fetches(house) == []
    assert house.simulator.bot_messages(group) == []
    house.simulator.send(group, "@絵筆 これを水彩画に", user=rin)
    painted(house, group, 1)
    assert fetches(house) == [200]
    [row] = house.rows(photos, photos.c.message_id == shown.id)
    assert row["state"] == "ready"
    of_the_photo = {path for path in files(house) if path.endswith(row["key"])}
    assert of_the_photo
    house.simulator.member_left(group, rin)
    until("the photos are forgotten", lambda: not house.rows(photos, photos.c.chat_id == group))
    until("and the file", lambda: not of_the_photo & files(house))
    painted(house, group, 1)
    house.simulator.leave(group)
    until("and all files", lambda: files(house) == before)
    house.settle()


@pytest.mark.browser
def test_a_photo_and_a_tap_at_the_chat_page(house: House) -> None:
    """In a browser: choose a photo, tap an example of what to make of it, see the picture."""
    mio = house.person()
    with chromium() as browser:
        page = new_context(browser).new_page()
        page.goto(f"{house.simulator.base_url}/?room={mio}")
        page.wait_for_selector("body[data-live]")
        page.set_input_files(
            "#file", {"name": "hills.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
        )
        chip = page.get_by_role("button", name=gettext("photo.watercolour", "ja"), exact=True)
        chip.click(timeout=60_000)
        page.wait_for_selector("text=写真から", timeout=60_000)
        details = page.get_by_role("button", name=gettext("going_on.details", "ja"), exact=True)
        details.last.wait_for(timeout=60_000)
    requests = [row["request"] or {} for row in house.rows(jobs, jobs.c.chat_id == mio)]
    assert "水彩風" in [request["prompt"] for request in requests if request.get("photo")]
