"""Colours as they were meant: profiles of phones, cameras, scanners and presses."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from inference.images import decode
from tests.inference.images.profiles import (
    ADOBE_RGB,
    DISPLAY_P3,
    cmyk_profile,
    grey_profile,
    rgb_profile,
)
from tests.inference.images.test_decode import encoded

COLOUR = (200, 30, 30)


def shown(picture: Image.Image, profile: bytes) -> Any:
    """What the colour of a plain picture is on a screen, by the colour engine itself."""
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    target = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    assert converted is not None
    return converted.getpixel((9, 9))


def read(data: bytes) -> list[Any]:
    """The colour at one place, as it is stored and as it is painted from."""
    copy, *_ = decode.shrink(data, 200)
    with Image.open(BytesIO(copy)) as picture:
        stored = picture.getpixel((9, 9))
        assert "icc_profile" not in picture.info
    return [stored, decode.decode_image(data, None, (40, 40)).pixels[9, 9]]


def differ(one: Any, other: Any) -> int:
    return max(abs(int(a) - int(b)) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("picture", "profile"),
    [
        (Image.new("RGB", (40, 40), COLOUR), rgb_profile(DISPLAY_P3)),
        (Image.new("RGB", (40, 40), COLOUR), rgb_profile(ADOBE_RGB)),
        (Image.new("RGB", (40, 40), (30, 60, 90)), rgb_profile(ADOBE_RGB, gamma=1.0)),
        (Image.new("L", (40, 40), 90), grey_profile(1.0)),
        (Image.new("L", (40, 40), 90), grey_profile(3.0)),
        (Image.new("L", (40, 40), 90), rgb_profile(ADOBE_RGB, gamma=1.0)),
        (Image.new("CMYK", (40, 40), (255, 0, 0, 0)), cmyk_profile()),
        (Image.new("CMYK", (40, 40), (20, 200, 90, 40)), cmyk_profile()),
    ],
    ids=[
        "Display P3",
        "Adobe RGB",
        "linear",
        "light grey",
        "dark grey",
        "a screen's grey",
        "cyan",
        "a mixture",
    ],
)
def test_colours_are_converted_by_their_profile(picture: Image.Image, profile: bytes) -> None:
    wanted = shown(picture.convert("RGB") if b"RGB " in profile[:20] else picture, profile)
    assert differ(wanted, picture.convert("RGB").getpixel((9, 9))) > 15, "else nothing is shown"
    kinds = {"RGB": ["JPEG", "PNG", "WEBP"], "L": ["JPEG", "PNG"], "CMYK": ["JPEG"]}
    for kind in kinds[picture.mode]:
        extra: dict[str, Any] = {} if kind == "PNG" else {"quality": 98}
        for each in read(encoded(picture, kind, icc_profile=profile, **extra)):
            assert differ(each, wanted) <= 8, (kind, each, wanted)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_a_profile_leaves_what_is_clear_clear(mode: str) -> None:
    picture = Image.new("RGBA", (40, 40), (90, 90, 90, 255))
    picture.paste((0, 0, 0, 0), (20, 0, 40, 40))
    profile = grey_profile(1.0) if mode == "LA" else rgb_profile(ADOBE_RGB, gamma=1.0)
    data = encoded(picture.convert(mode), "PNG", icc_profile=profile)
    wanted = shown(Image.new("L" if mode == "LA" else "RGB", (40, 40), 90 if mode == "LA" else
                             (90, 90, 90)), profile)  # fmt: skip
    for each in read(data):
        assert differ(each, wanted) <= 8
    pixels = decode.decode_image(data, None, (40, 40)).pixels
    assert np.all(pixels[:, 24:] > 250)


@pytest.mark.parametrize(
    ("mode", "profile"),
    [
        ("RGB", b"x" * 300),
        ("RGB", b""),
        ("RGB", rgb_profile(DISPLAY_P3)[:200]),
        ("RGB", rgb_profile(DISPLAY_P3)[:128] + bytes(400)),
        ("RGB", grey_profile(1.0)),
        ("RGB", cmyk_profile()),
        ("CMYK", rgb_profile(ADOBE_RGB)),
    ],
    ids=["junk", "none", "cut", "no tags", "grey's", "a press's", "a screen's"],
)
def test_a_profile_that_cannot_be_used_is_passed_over_aloud(
    mode: str, profile: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    picture = Image.new("RGB", (40, 40), COLOUR).convert(mode)
    for kind in ["JPEG"] if mode == "CMYK" else ["JPEG", "PNG", "WEBP"]:
        caplog.clear()
        with caplog.at_level(logging.WARNING, "inference"):
            for each in read(encoded(picture, kind, icc_profile=profile, quality=98)):
                assert differ(each, picture.convert("RGB").getpixel((9, 9))) <= 6, kind
        assert ("Ignored a colour profile" in caplog.text) == bool(profile)


def test_a_profile_that_unfolds_to_gigabytes_is_passed_over() -> None:
    data = encoded(Image.new("RGB", (40, 40), COLOUR), icc_profile=bytes(5_000_000))
    assert len(data) < 10_000
    for each in read(data):
        assert differ(each, COLOUR) <= 3
