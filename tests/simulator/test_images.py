"""Pictures are looked at when they are sent ("Image message": JPEG or PNG, 10 MB, 1 MB)."""

from __future__ import annotations

import os
import struct
import zlib
from typing import Any

import pytest

from simulator import images
from simulator.client import AOI, SimulatorClient
from tests.simulator.conftest import Bot, Line, picture

PNG = picture()
JPEG = picture("JPEG")


def image(bot: Bot, original: bytes | None, preview: bytes | None = PNG) -> dict[str, Any]:
    for path, data in (("/original", original), ("/preview", preview)):
        if data is not None:
            bot.files[path] = data
    return {
        "type": "image",
        "originalContentUrl": f"{bot.base}/original",
        "previewImageUrl": f"{bot.base}/preview",
    }


@pytest.mark.parametrize("original", [PNG, JPEG], ids=["png", "jpeg"])
def test_a_good_picture_is_shown(
    sim: SimulatorClient, bot: Bot, line: Line, original: bytes
) -> None:
    answer = line.push(AOI, image(bot, original))
    assert answer.status == 200
    assert answer.json["sentMessages"][0]["quoteToken"]
    (shown,) = sim.bot_messages(AOI)
    assert shown.image == {
        "original": f"{bot.base}/original",
        "preview": f"{bot.base}/preview",
    }


# A PNG stays a good PNG when bytes follow its end.
BAD = {
    "missing": (None, PNG, "originalContentUrl", "404"),
    "preview missing": (PNG, None, "previewImageUrl", "404"),
    "text": (b"<html>", PNG, "originalContentUrl", "JPEG or PNG"),
    "gif": (picture("GIF"), PNG, "originalContentUrl", "JPEG or PNG"),
    "webp": (PNG, picture("WEBP"), "previewImageUrl", "JPEG or PNG"),
    "cut off": (
        picture(size=(200, 200))[:200], PNG, "originalContentUrl", "damaged",
    ),
    "cut off jpeg": (
        picture("JPEG", (200, 200))[:500], PNG, "originalContentUrl", "damaged",
    ),
    "over 10 MB": (PNG + bytes(10_000_000), PNG, "originalContentUrl", "10000000 bytes"),
    "preview over 1 MB": (PNG, PNG + bytes(1_000_000), "previewImageUrl", "1000000 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_picture_is_refused(sim: SimulatorClient, bot: Bot, line: Line, name: str) -> None:
    original, preview, where, why = BAD[name]
    sim.send(AOI, "絵", wait=True)
    token = bot.events()[-1]["replyToken"]
    answer = line.reply(token, image(bot, original, preview))
    assert answer.status == 400
    (detail,) = answer.json["details"]
    assert detail["property"] == f"messages[0].{where}"
    assert why in detail["message"]
    assert sim.bot_messages(AOI) == []
    # The token is still good once the picture is.
    assert line.reply(token, image(bot, PNG, PNG)).status == 200


def test_a_picture_at_the_limit_is_accepted(bot: Bot, line: Line) -> None:
    original = PNG + os.urandom(10_000_000 - len(PNG))
    assert line.push(AOI, image(bot, original, PNG + bytes(1_000_000 - len(PNG)))).status == 200


def test_a_server_that_is_not_there(line: Line) -> None:
    nowhere = {
        "type": "image",
        "originalContentUrl": "http://127.0.0.1:9/a.png",
        "previewImageUrl": "http://127.0.0.1:9/a.png",
    }
    answer = line.push(AOI, nowhere)
    assert answer.properties() == ["messages[0].originalContentUrl", "messages[0].previewImageUrl"]


def test_validation_and_a_switch_do_without_the_files(
    sim: SimulatorClient, bot: Bot, line: Line
) -> None:
    message = image(bot, None, None)
    assert line.validate(message).status == 200
    assert line.push(AOI, message).status == 400
    sim.settings(fetchImages=False)
    assert line.push(AOI, message).status == 200


def test_too_many_pixels_are_not_decoded() -> None:
    size = struct.pack(">II", 8000, 8000)
    bomb = (
        PNG[:16] + size + PNG[24:29] + struct.pack(">I", zlib.crc32(PNG[12:16] + size + PNG[24:29]))
    )
    assert images.problem_of(bomb + PNG[33:]) == "the image has too many pixels"
