"""Pictures that people send: read upright and cut to size, or refused before they unfold."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inference import incoming
from inference.request import DrawRequest, InvalidRequest

RED, GREEN, WHITE = (255, 0, 0), (0, 255, 0), (255, 255, 255)


def encoded(picture: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def halves(size: tuple[int, int] = (80, 40)) -> Image.Image:
    """Left red, right green."""
    picture = Image.new("RGB", size, RED)
    picture.paste(GREEN, (size[0] // 2, 0, *size))
    return picture


def near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(int(one) - other) <= 12 for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_three_formats_cut_in_the_middle_to_fill_the_size(kind: str) -> None:
    data = encoded(halves(), kind, quality=95)
    assert incoming.check(data, None) == (80, 40)
    source = incoming.read(data, None, (64, 64))
    assert source.pixels.shape == (64, 64, 3)
    assert source.mask is None
    assert near(source.pixels[32, 4], RED)
    assert near(source.pixels[32, 60], GREEN)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright(orientation: int) -> None:
    """As the camera lay, so must the picture be turned; the shape told is the turned one."""
    ways = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    lying = halves() if orientation == 1 else halves().transpose(ways[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(lying, "JPEG", quality=95, exif=exif)
    assert incoming.check(data, None) == (80, 40)
    pixels = incoming.read(data, None, (80, 40)).pixels
    assert near(pixels[20, 5], RED)
    assert near(pixels[20, 75], GREEN)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_clear_becomes_white(mode: str) -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 20, 40))
    pixels = incoming.read(encoded(clear.convert(mode)), None, (40, 40)).pixels
    assert near(pixels[20, 35], WHITE)
    assert near(pixels[20, 5], (0, 0, 0))


@pytest.mark.parametrize("mode", ["L", "CMYK", "1", "I;16"])
def test_unusual_colours_are_read(mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray(np.full((40, 40), 0x8000, np.uint16))
    else:
        picture = Image.new("L", (40, 40), 128).convert(mode)
    data = encoded(picture, "JPEG" if mode == "CMYK" else "PNG")
    pixels = incoming.read(data, None, (40, 40)).pixels
    assert pixels.shape == (40, 40, 3)
    assert 100 < pixels.mean() < 156


def test_the_mask_is_cut_like_the_picture() -> None:
    mask = Image.new("L", (160, 80), 0)
    mask.paste(255, (80, 0, 160, 80))
    source = incoming.read(encoded(halves()), encoded(mask), (40, 40))
    assert source.mask is not None
    assert source.mask.shape == (40, 40)
    assert source.mask[:, 21:].all()
    assert not source.mask[:, :19].any()
    assert near(source.pixels[20, 5], RED)


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large, with hardly any pixels behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(30_000, 30_000), (10_000, 10_000), (8_000, 6_300), (20_000, 16)])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    data = png_of(*size)
    assert len(data) < 10_000
    tracemalloc.start()
    try:
        with pytest.raises(InvalidRequest, match=r"pixels|far too large") as caught:
            DrawRequest("猫", image=data).check()
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "cannot be read"),
        (b"GIF89a" + bytes(100), "cannot be read"),
        (encoded(halves(), "GIF"), "cannot be read"),
        (encoded(halves(), "TIFF"), "cannot be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be read"),
        (encoded(halves((8, 8))), "16 at least"),
        (b"\x89PNG" + bytes(incoming.MAX_BYTES), "bytes"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        DrawRequest("猫", image=data).check()


def test_a_picture_that_ends_early_is_refused_when_it_is_read() -> None:
    whole = encoded(
        Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 90, 3), np.uint8))
    )
    for data in (whole[: len(whole) // 2], png_of(500, 5000)):
        incoming.check(data, None)
        with pytest.raises(InvalidRequest, match="damaged"):
            incoming.read(data, None, (64, 64))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strength": 0.5}, "need an image"),
        ({"mask": b"x"}, "need an image"),
        ({"image": encoded(halves()), "strength": 1.5}, "strength is 1.5"),
        ({"image": encoded(halves()), "strength": -0.1}, "strength"),
        ({"image": encoded(halves()), "mask": encoded(halves((40, 40)))}, "same shape"),
        ({"image": encoded(halves()), "mask": b"x"}, "mask cannot be read"),
    ],
)
def test_what_does_not_go_together_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        DrawRequest("猫", **change).check()
    DrawRequest("猫", image=encoded(halves()), strength=0.0).check()


# --- a copy to keep


def test_a_copy_is_upright_no_larger_than_asked_and_on_white() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera lay on its side
    photo = encoded(halves((800, 400)), "JPEG", exif=turned, quality=95)
    data, width, height = incoming.shrink(photo, 200)
    assert (width, height) == (100, 200)
    with Image.open(BytesIO(data)) as copy:
        assert (copy.format, copy.size, copy.mode) == ("JPEG", (100, 200), "RGB")
        assert near(copy.getpixel((50, 10)), RED)
        assert near(copy.getpixel((50, 190)), GREEN)
    small, *size = incoming.shrink(encoded(Image.new("RGBA", (80, 40), (0, 0, 0, 0))), 200)
    assert size == [80, 40], "nothing is made larger"
    with Image.open(BytesIO(small)) as copy:
        assert near(copy.getpixel((10, 10)), WHITE)


def test_a_copy_says_nothing_but_the_picture() -> None:
    about = Image.Exif()
    about.get_ifd(0x8825)[2] = (35.0, 39.0, 31.0)  # where it was taken
    about[0x010F] = "Camera of somebody"
    photo = encoded(
        halves(), "JPEG", exif=about, comment=b"a secret", icc_profile=b"x" * 200, dpi=(9, 9)
    )
    assert b"Camera of somebody" in photo
    assert b"a secret" in photo
    data, *_ = incoming.shrink(photo, 500)
    for word in (b"Exif", b"Camera", b"secret", b"ICC_PROFILE"):
        assert word not in data
    with Image.open(BytesIO(data)) as copy:
        assert not copy.getexif()


def test_what_moves_is_refused_but_a_phones_two_in_one_is_not() -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in (RED, GREEN)]
    for kind in ("PNG", "WEBP"):
        moving = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        with pytest.raises(incoming.Animated, match="moves"):
            incoming.shrink(moving, 500)
    both = encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])
    data, *_ = incoming.shrink(both, 500)
    with Image.open(BytesIO(data)) as copy:
        assert near(copy.getpixel((32, 32)), RED)


@pytest.mark.parametrize("size", [(30_000, 30_000), (10_000, 10_000), (8_000, 6_300), (20_000, 16)])
def test_a_bomb_is_not_unfolded_to_be_copied(size: tuple[int, int]) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(incoming.TooLarge):
            incoming.shrink(png_of(*size), 500)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
