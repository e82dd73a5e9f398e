"""A photo, then 「これを水彩画に」: painted from it, in time or late, and erased with all of it."""

from __future__ import annotations

import io
import struct
import zlib
from functools import partial

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bot.tables import jobs, photos
from bot.texts import say
from simulator.client import AOI, Msg
from tests.browser import chromium, new_context
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
        small = [np.asarray(it.convert("RGB").resize((32, 24)), float) for it in (picture, photo)]
    return float(np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1])


def painted(house: House, room: str, count: int) -> list[bytes]:
    """The files of so many pictures of a chat, as soon as they are there."""
    eventually(f"{count} pictures", lambda: len(house.pictures(room)) >= count, 2 * PATIENCE)
    return [house.get(it.image["original"])[1] for it in house.pictures(room) if it.image]


def ready(house: House, message: Msg) -> None:
    """Wait until a photo lies in storage."""
    which = photos.c.message_id == message.id
    eventually(
        "the photo is stored",
        lambda: [it["state"] for it in house.rows(photos, which)] == ["ready"],
        PATIENCE,
    )


def fetches(house: House) -> list[int | None]:
    """What LINE answered to the bot's questions for content."""
    return [it["status"] for it in house.simulator.log("/content")]


def files(house: House) -> set[str]:
    return {str(it) for it in house.pictures_dir.rglob("*") if it.is_file()}


def test_what_is_painted_from_a_photo_resembles_it(house: House) -> None:
    """By the model that comes with the bot; the same words and seed alone give something else."""
    mio = house.person()
    with house.set("web", STEPS=""), house.set("worker", MODEL=""):
        photo = house.simulator.send(mio, image=jpeg())
        asked = house.wait_for_text(mio, say("photo.ask").splitlines()[0])
        assert asked.via == "reply"
        house.simulator.tap(asked, say("photo.watercolour"))
        painted(house, mio, 1)
        house.simulator.send(mio, "山の家、シード7", quote=photo.id)
        painted(house, mio, 2)
        house.simulator.send(mio, "山の家、シード7")
        found = painted(house, mio, 3)
        watercolour, from_photo, from_words = (likeness(it, landscape()) for it in found)
        said = house.wait_for_text(mio, "水彩風、写真から")
        assert said.via == "reply"
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
    kept = [it for it in files(house) - before if it.endswith(".jpg")]
    assert len(kept) == 1
    with open(kept[0], "rb") as file:
        assert b"Camera" not in file.read()
    house.simulator.send(mio, "これを水彩画に")
    painted(house, mio, 1)
    urls = [it.image["original"] for it in house.pictures(mio) if it.image]
    house.simulator.unsend(mio, photo.id, wait=True)
    house.settle()
    assert house.rows(photos, photos.c.chat_id == mio) == []
    assert house.rows(jobs, jobs.c.chat_id == mio) == []
    assert files(house) == before
    assert [house.get(it)[0] for it in urls] == [404]
    house.simulator.send(mio, "この写真を油絵に")
    house.wait_for_text(mio, say("going_on.nothing"))


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
        it.text for it in house.simulator.bot_messages(mio) if "写真をお預かり" in (it.text or "")
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
    assert house.wait_for_text(mio, say(f"failed.{code}")).via == "reply"
    house.simulator.send(mio, "これを水彩画に", wait=True)
    house.settle()
    said = [it.text for it in house.simulator.bot_messages(mio)]
    assert said == [say(f"failed.{code}")] * 2
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
        lambda: [it for it in house.rows(photos, which) if it["lease_until"]],
        PATIENCE,
    )
    house.kill("courier")
    house.simulator.clear_faults()
    house.simulator.send(mio, "これを水彩画に")
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
    of_the_photo = {it for it in files(house) if it.endswith(row["key"])}
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
    with chromium() as browser:
        page = new_context(browser).new_page()
        page.goto(f"{house.simulator.base_url}/?room={AOI}")
        page.wait_for_selector("body[data-live]")
        page.set_input_files(
            "#file", {"name": "hills.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
        )
        chip = page.get_by_role("button", name=say("photo.watercolour"), exact=True)
        chip.click(timeout=60_000)
        page.wait_for_selector("text=写真から", timeout=60_000)
        page.wait_for_selector("text=受付番号", timeout=60_000)
    asked = [it["request"] or {} for it in house.rows(jobs, jobs.c.chat_id == AOI)]
    assert "水彩風" in [it["prompt"] for it in asked if it.get("photo")]
