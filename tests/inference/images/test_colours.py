"""Colours as they were meant: profiles of phones, cameras, scanners and presses."""

from __future__ import annotations

import logging
import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from inference.images import decode
from tests.inference.images.profiles import (
    ADOBE_RGB,
    DISPLAY_P3,
    SRGB,
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


# --- told in numbers, or in a word


P3_POINTS = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
LINEAR, USUAL = struct.pack(">I", 100_000), struct.pack(">I", 45_455)
PICTURE = Image.new("RGB", (40, 40), COLOUR)


def with_chunks(png: bytes, chunks: dict[bytes, bytes]) -> bytes:
    """A PNG with more chunks behind its first."""
    added = b"".join(
        struct.pack(">I", len(value)) + name + value + struct.pack(">I", zlib.crc32(name + value))
        for name, value in chunks.items()
    )
    return png[:33] + added + png[33:]


def camera_exif(order: str, index: bytes, space: int = 0xFFFF) -> bytes:
    """What a camera writes: the orientation, a colour space, and by which rules (R03, R98)."""

    def directory(*entries: tuple[int, int, bytes]) -> bytes:
        rows = [struct.pack(f"{order}HHI", tag, kind, 1) + value for tag, kind, value in entries]
        return struct.pack(f"{order}H", len(rows)) + b"".join(rows) + bytes(4)

    def number(value: int) -> bytes:
        return struct.pack(f"{order}I", value)

    first, details = 8, 8 + 2 + 24 + 4
    rules = details + 2 + 24 + 4
    short = struct.pack(f"{order}HH", 1, 0), struct.pack(f"{order}HH", space, 0)
    return b"".join([
        b"Exif\0\0", b"II*\0" if order == "<" else b"MM\0*", number(first),
        directory((0x0112, 3, short[0]), (0x8769, 4, number(details))),
        directory((0xA001, 3, short[1]), (0xA005, 4, number(rules))),
        directory((1, 2, index)),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("chunks", "profile"),
    [
        ({b"gAMA": LINEAR}, rgb_profile(SRGB, gamma=1.0)),
        ({b"gAMA": USUAL, b"cHRM": P3_POINTS}, rgb_profile(DISPLAY_P3)),
        ({b"cHRM": P3_POINTS}, rgb_profile(DISPLAY_P3)),
        ({b"cICP": bytes((12, 13, 0, 1))}, rgb_profile(DISPLAY_P3)),
        ({b"cICP": bytes((12, 1, 0, 1))}, rgb_profile(DISPLAY_P3)),
        ({b"cICP": bytes((12, 2, 0, 1))}, rgb_profile(DISPLAY_P3)),
        ({b"cICP": bytes((1, 8, 0, 1)), b"sRGB": b"\0"}, rgb_profile(SRGB, gamma=1.0)),
    ],
    ids=[
        "linear",
        "primaries and curve",
        "primaries",
        "by a number",
        "with a film's curve",
        "with no curve",
        "the number before others",
    ],
)
def test_what_a_png_says_of_its_colours(chunks: dict[bytes, bytes], profile: bytes) -> None:
    expected = shown(PICTURE, profile)
    assert differ(expected, COLOUR) > 15
    for seen in read(with_chunks(encoded(PICTURE), chunks)):
        assert differ(seen, expected) <= 8, (seen, expected)


def test_a_png_with_a_profile_and_numbers() -> None:
    data = encoded(PICTURE, icc_profile=rgb_profile(DISPLAY_P3))
    expected = shown(PICTURE, rgb_profile(DISPLAY_P3))
    for seen in read(with_chunks(data, {b"gAMA": LINEAR})):  # the profile counts
        assert differ(seen, expected) <= 8


@pytest.mark.parametrize(
    "chunks",
    [
        {b"gAMA": USUAL},
        {b"sRGB": b"\0", b"gAMA": LINEAR},
        {b"cICP": bytes((1, 13, 0, 1))},
        {b"cICP": bytes((1, 1, 0, 1))},
        {b"cICP": bytes((3, 13, 0, 1))},
        {b"cICP": bytes((12, 9, 0, 1))},
        {b"cICP": bytes((12, 13, 1, 1))},
        {b"gAMA": bytes(4)},
        {b"gAMA": b"\xff" * 4},
        {b"gAMA": b"\1"},
        {b"cHRM": bytes(32)},
        {b"cHRM": struct.pack(">8I", *[30_000] * 8)},
        {b"cHRM": b"\xff" * 32},
        {b"cICP": b"\0"},
    ],
)
def test_numbers_of_srgb_and_nonsense_change_nothing(chunks: dict[bytes, bytes]) -> None:
    for seen in read(with_chunks(encoded(PICTURE), chunks)):
        assert differ(seen, COLOUR) <= 3


SRGB_TO_BT2020 = np.array(  # ITU-R BT.2087, section 3
    [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
)


def film_curve(light: Any) -> Any:
    """sRGB's own, by which the curve of films is shown."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def pq_samples(light: Any) -> Any:
    """ITU-R BT.2100, table 4: nits to samples. White is at 203 nits (BT.2408)."""
    power = (light * 203 / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def hlg_samples(light: Any) -> Any:
    """ITU-R BT.2100, table 5, on a screen of 1000 nits."""
    scene = (light * 203 / 1000) ** (1 / 1.2)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(
        scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c
    )


@pytest.mark.parametrize("full", [1, 0])
@pytest.mark.parametrize(
    ("number", "samples_of"),
    [(1, film_curve), (14, film_curve), (16, pq_samples), (18, hlg_samples)],
)
def test_a_png_of_a_television(number: int, samples_of: Any, full: int) -> None:
    """Wide colours, and more light than a screen has: as bright as paper is white."""
    for colour in (COLOUR, (90, 140, 200), (250, 250, 250), (40, 40, 40)):
        unit = np.array(colour) / 255
        light = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
        samples = samples_of(SRGB_TO_BT2020 @ light)
        levels = 255 * samples if full else 16 + 219 * samples
        picture = Image.new("RGB", (40, 40), tuple(int(each) for each in levels.round()))
        told = with_chunks(encoded(picture), {b"cICP": bytes((9, number, 0, full))})
        for seen in read(told):
            assert differ(seen, colour) <= 8, (seen, colour)
    beyond = with_chunks(
        encoded(Image.new("RGB", (40, 40), "white")), {b"cICP": bytes((9, number, 0, 1))}
    )
    for seen in read(beyond):
        assert differ(seen, (255, 255, 255)) <= 2


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_camera_that_names_adobe_rgb(order: str) -> None:
    adobe = shown(PICTURE, rgb_profile(ADOBE_RGB))
    p3 = shown(PICTURE, rgb_profile(DISPLAY_P3))
    assert min(differ(adobe, COLOUR), differ(adobe, p3)) > 8
    cases: list[tuple[bytes, dict[str, Any], Any]] = [
        (camera_exif(order, b"R03\0"), {}, adobe),
        (camera_exif(order, b"R03\0"), {"icc_profile": rgb_profile(DISPLAY_P3)}, p3),
        (camera_exif(order, b"R98\0"), {}, COLOUR),
        (camera_exif(order, b"R03\0", space=1), {}, COLOUR),
        (camera_exif(order, b"R03\0")[:-30], {}, COLOUR),
        (camera_exif(order, b"R98\0", space=2), {}, adobe),
    ]
    kinds: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": 95, "subsampling": 0},
        "WEBP": {"quality": 95},
        "PNG": {},
    }
    for exif, options, expected in cases:
        for kind, fields in kinds.items():
            for seen in read(encoded(PICTURE, kind, exif=exif, **fields, **options)):
                assert differ(seen, expected) <= 8, (kind, exif, seen, expected)
