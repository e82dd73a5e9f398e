"""JPEG files that lost their end on the way: shown while nearly all of the picture is there."""

from __future__ import annotations

import tracemalloc
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inference.images import decode, limits
from inference.images.sandbox import ImageSandbox
from tests.inference.images.test_decode import encoded, halves

KINDS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "subsampled": {"subsampling": 2},
    "progressive": {"progressive": True},
    "with restarts": {"restart_marker_rows": 1},
    "optimised": {"optimize": True},
}


def photo(mode: str = "RGB", size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Slopes and grain, as in a photo: every part has bytes of its own."""
    across, down = np.meshgrid(np.linspace(0, 200, size[0]), np.linspace(0, 200, size[1]))
    grain = np.random.default_rng(1).integers(0, 40, (size[1], size[0]))
    pixels = np.stack([across, down, 200 - across], -1) + grain[..., None]
    return Image.fromarray(pixels.astype(np.uint8)).convert(mode)


def jpeg(mode: str = "RGB", **fields: Any) -> bytes:
    return encoded(photo(mode), "JPEG", **{"quality": 90, **fields})


def pixels(data: bytes) -> np.ndarray[Any, Any]:
    return decode.decode_image(data, None, (640, 480)).pixels.astype(int)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("kind", KINDS)
def test_without_its_end_marker_it_is_the_whole_picture(kind: str, mode: str) -> None:
    whole = jpeg(mode, **KINDS[kind])
    for lost in (whole[:-2], whole[:-1], whole[:-2] + bytes(300), whole[:-2] + b"\xff\xff"):
        assert decode.check_image(lost, None) == (640, 480)
        assert np.abs(pixels(lost)[:470] - pixels(whole)[:470]).max() == 0
        assert decode.shrink(lost, 200)[1:] == (200, 150)


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_lost_bytes_leave_the_picture_as_it_was(kind: str) -> None:
    whole = jpeg(**KINDS[kind])
    for lost in (3, 20, 200, len(whole) // 100, len(whole) // 40):
        off = np.abs(pixels(whole[:-lost]) - pixels(whole))
        assert off[:450].max() <= (30 if kind == "progressive" else 0), lost


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("kind", KINDS)
def test_cut_in_the_middle_it_is_damaged(kind: str, mode: str) -> None:
    """At any byte before: in the header, a table, a scan, the head of a scan."""
    whole = jpeg(mode, **KINDS[kind])
    for part in (0.001, 0.01, 0.1, 0.3, 0.5):
        cut = whole[: int(len(whole) * part)]
        for take in (decode.shrink, lambda data, _: pixels(data)):
            with pytest.raises(limits.ImageUnreadable, match="damaged"):
                take(cut, 200)


def test_flat_grey_that_is_there_is_not_taken_for_missing() -> None:
    """What a decoder puts in place of missing parts is a grey that pictures may have themselves."""
    picture = photo()
    picture.paste((128, 128, 128), (0, 96, 640, 480))
    whole = encoded(picture, "JPEG", quality=90)
    assert np.abs(pixels(whole[:-2]) - pixels(whole)).max() == 0
    above = encoded(photo(), "JPEG", quality=90)
    assert decode.shrink(above[:-2], 200)
    with pytest.raises(limits.ImageUnreadable, match=r"only \d+% of its picture"):
        decode.shrink(above[: len(above) * 8 // 10], 200)


def test_a_small_picture_without_its_marker() -> None:
    whole = encoded(halves(), "JPEG", quality=95)
    assert decode.shrink(whole[:-2], 200)[1:] == (80, 40)


def test_a_marker_at_the_end_is_believed_as_before() -> None:
    """Others show what they can of a file that was damaged and mended by some program."""
    whole = jpeg()
    mended = whole[: len(whole) // 2] + b"\xff\xd9"
    with Image.open(BytesIO(decode.shrink(mended, 200)[0])) as copy:
        assert copy.size == (200, 150)


def test_the_child_process_reads_a_large_one_within_its_limits() -> None:
    noise = Image.effect_noise((500, 500), 90).resize((5000, 5000)).convert("RGB")
    for fields in ({"progressive": True, "subsampling": 0}, {}):
        data = encoded(noise, "JPEG", **fields)
        assert ImageSandbox(seconds=60).shrink(data[:-2], 1536)[1:] == (1536, 1536)
        with pytest.raises(limits.ImageUnreadable):
            ImageSandbox(seconds=60).shrink(data[: len(data) // 2], 1536)


def test_headers_are_checked_without_unfolding_anything() -> None:
    data = encoded(Image.new("RGB", (4000, 4000)), "JPEG")[:-2]
    tracemalloc.start()
    try:
        assert decode.check_image(data, None) == (4000, 4000)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
