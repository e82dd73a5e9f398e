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

from inference.errors import InvalidRequest
from inference.images import decode, limits
from inference.request import DrawRequest

RED, GREEN, WHITE = (255, 0, 0), (0, 255, 0), (255, 255, 255)


def encoded(picture: Image.Image, kind: str = "PNG", **fields: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **fields)
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
    assert decode.check_image(data, None) == (80, 40)
    source = decode.decode_image(data, None, (64, 64))
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
    assert decode.check_image(data, None) == (80, 40)
    pixels = decode.decode_image(data, None, (80, 40)).pixels
    assert near(pixels[20, 5], RED)
    assert near(pixels[20, 75], GREEN)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_clear_becomes_white(mode: str) -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 20, 40))
    pixels = decode.decode_image(encoded(clear.convert(mode)), None, (40, 40)).pixels
    assert near(pixels[20, 35], WHITE)
    assert near(pixels[20, 5], (0, 0, 0))


@pytest.mark.parametrize("mode", ["L", "CMYK", "1", "I;16"])
def test_unusual_colours_are_read(mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray(np.full((40, 40), 0x8000, np.uint16))
    else:
        picture = Image.new("L", (40, 40), 128).convert(mode)
    data = encoded(picture, "JPEG" if mode == "CMYK" else "PNG")
    pixels = decode.decode_image(data, None, (40, 40)).pixels
    assert pixels.shape == (40, 40, 3)
    assert 100 < pixels.mean() < 156


def test_the_mask_is_cut_like_the_picture() -> None:
    mask = Image.new("L", (160, 80), 0)
    mask.paste(255, (80, 0, 160, 80))
    source = decode.decode_image(encoded(halves()), encoded(mask), (40, 40))
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
            decode.check_image(data, None)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "image_unreadable"),
        (b"GIF89a" + bytes(100), "image_format"),
        (encoded(halves(), "GIF"), "image_format"),
        (encoded(halves(), "GIF", save_all=True, append_images=[Image.new("RGB", (80, 40))],
                 loop=0), "image_animated"),
        (encoded(halves(), "TIFF"), "image_format"),
        (encoded(halves(), "BMP"), "image_format"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "image_format"),
        (b"\0\0\0\x1cftypavif" + bytes(100), "image_format"),
        (encoded(halves(), "JPEG2000"), "image_format"),
        (encoded(halves(), "JPEG2000", no_jp2=True), "image_format"),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(100), "image_format"),
        (b"\xff\x0a" + bytes(100), "image_format"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "image_format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image_format"),
        (b"\xff\xd8\xff", "image_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(12) * 60_000, "image_unreadable"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image_unreadable"),
        (encoded(halves((8, 8))), "image_too_small"),
        (encoded(halves((4000, 390))), "image_too_narrow"),
        (encoded(halves((39, 400))), "image_too_narrow"),
        (b"\x89PNG" + bytes(limits.MAX_BYTES), "image_too_large"),
        (png_of(5_001, 5_000), "image_too_large"),
    ],
)  # fmt: skip
def test_what_cannot_be_started_from_is_refused_with_its_reason(data: bytes, code: str) -> None:
    for read in (lambda: decode.check_image(data, None), lambda: decode.shrink(data, 200)):
        with pytest.raises(limits.ImageRefused) as caught:
            read()
        assert (caught.value.code, caught.value.permanent) == (code, True)


@pytest.mark.parametrize("size", [(4000, 400), (16, 160), (5000, 5000), (2997, 300), (153, 1522)])
@pytest.mark.parametrize("longest", [160, 512, 1024, 1536])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_is_taken_is_taken_of_its_copy_too(
    size: tuple[int, int], longest: int, kind: str
) -> None:
    """One rule for what comes and for what is stored, or the copy would be refused later."""
    data = encoded(Image.new("1", size), kind)
    copy, width, height = decode.shrink(data, longest)
    assert decode.check_image(copy, None) == (width, height)
    assert max(width, height) == min(longest, max(size))


def test_a_picture_that_ends_early_is_refused_when_it_is_read() -> None:
    whole = encoded(
        Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 90, 3), np.uint8))
    )
    for data in (whole[: len(whole) // 2], png_of(500, 5000)):
        decode.check_image(data, None)
        with pytest.raises(InvalidRequest, match="damaged"):
            decode.decode_image(data, None, (64, 64))


def check(request: DrawRequest) -> None:
    """Check the numbers and the headers of the files, as a painter does before it decodes them."""
    request.check()
    if request.image is not None:
        decode.check_image(request.image, request.mask)


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
        check(DrawRequest("猫", **change))
    check(DrawRequest("猫", image=encoded(halves()), strength=0.0))


# --- a copy to keep


def test_a_copy_is_upright_no_larger_than_asked_and_on_white() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera lay on its side
    photo = encoded(halves((800, 400)), "JPEG", exif=turned, quality=95)
    data, width, height = decode.shrink(photo, 200)
    assert (width, height) == (100, 200)
    with Image.open(BytesIO(data)) as copy:
        assert (copy.format, copy.size, copy.mode) == ("JPEG", (100, 200), "RGB")
        assert near(copy.getpixel((50, 10)), RED)
        assert near(copy.getpixel((50, 190)), GREEN)
    small, *size = decode.shrink(encoded(Image.new("RGBA", (80, 40), (0, 0, 0, 0))), 200)
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
    data, *_ = decode.shrink(photo, 500)
    for word in (b"Exif", b"Camera", b"secret", b"ICC_PROFILE"):
        assert word not in data
    with Image.open(BytesIO(data)) as copy:
        assert not copy.getexif()


def test_what_moves_is_refused_but_a_phones_two_in_one_is_not() -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in (RED, GREEN)]
    for kind in ("PNG", "WEBP"):
        moving = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        with pytest.raises(limits.ImageAnimated, match="moves"):
            decode.shrink(moving, 500)
    both = encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])
    data, *_ = decode.shrink(both, 500)
    with Image.open(BytesIO(data)) as copy:
        assert near(copy.getpixel((32, 32)), RED)


@pytest.mark.parametrize("size", [(30_000, 30_000), (10_000, 10_000), (8_000, 6_300), (20_000, 16)])
def test_a_bomb_is_not_unfolded_to_be_copied(size: tuple[int, int]) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(limits.ImageTooLarge):
            decode.shrink(png_of(*size), 500)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
