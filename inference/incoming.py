"""Pictures that people send: an encoded file -> pixels of the size to be painted. No torch here.

What a file claims to be is looked at before any of its pixels are: a few kilobytes can unfold to
gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from inference.request import InvalidRequest

if TYPE_CHECKING:  # who only shrinks a picture need not have it
    import numpy as np
    from numpy.typing import NDArray

MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000  # a large phone camera's; 150 MB when unfolded
MIN_SIDE, MAX_SIDE = 16, 16_384
_FORMATS = ("PNG", "JPEG", "WEBP")
_ROTATED = frozenset({5, 6, 7, 8})  # EXIF orientations that swap width and height
_ORIENTATION = 0x0112
_SHAPES_DIFFER = 0.02
_QUALITY = 92  # of the JPEG that `shrink` makes


class TooLarge(InvalidRequest):
    """More bytes, pixels or pixels a side than are read."""


class Animated(InvalidRequest):
    """A picture that moves."""


@dataclass(frozen=True)
class Source:
    """What img2img starts from, in the size to be painted.

    pixels: (height, width, 3), 0 to 255. mask: (height, width), True where it is to be repainted;
    None: everywhere.
    """

    pixels: NDArray[np.uint8]
    mask: NDArray[np.bool_] | None


def check(image: bytes, mask: bytes | None) -> tuple[int, int]:
    """The (width, height) of the picture as it is to be seen. Reads headers only.

    Raises InvalidRequest for what is no picture, too large, or a mask of another shape.
    """
    size = _size(image, "image")
    if mask is not None:
        other = _size(mask, "mask")
        if abs(other[0] * size[1] / (other[1] * size[0]) - 1) > _SHAPES_DIFFER:
            raise InvalidRequest(
                f"The mask is {other[0]}x{other[1]} pixels and the picture {size[0]}x{size[1]}:"
                " they must have the same shape."
            )
    return size


def read(image: bytes, mask: bytes | None, size: tuple[int, int]) -> Source:
    """Decode, turn upright, put on white, and cut to fill `size` (width, height).

    What sticks out is cut off on both sides alike, from picture and mask. Raises InvalidRequest.
    """
    import numpy as np

    check(image, mask)
    with _explained("image"):
        picture = _on(_upright(image, size), "white")
        box = _middle(picture.size, size)
        fitted = picture.resize(size, Image.Resampling.LANCZOS, box=box)
        pixels = np.asarray(fitted)
    if mask is None:
        return Source(pixels, None)
    with _explained("mask"):
        grey = _on(_upright(mask, size), "black").convert("L")
        grey = grey.resize(size, Image.Resampling.BILINEAR, box=_middle(grey.size, size))
        return Source(pixels, np.asarray(grey) >= 128)


def shrink(data: bytes, longest: int) -> tuple[bytes, int, int]:
    """The picture as a JPEG of its own, with its width and height: upright, on white, no side
    longer than `longest` pixels, and without anything that the file said beside the picture, such
    as where it was taken.

    Raises InvalidRequest: TooLarge before anything is unfolded, Animated for what moves.
    """
    check(data, None)
    with _explained("image"):
        with Image.open(BytesIO(data), formats=_FORMATS) as picture:
            # A phone's JPEG may hold a second picture (MPO), a depth map say: it does not move.
            if picture.format in {"PNG", "WEBP"} and getattr(picture, "n_frames", 1) > 1:
                raise Animated("The image moves; only still pictures are read.")
        flat = _on(_upright(data, (longest, longest), longest), "white")
        flat.info.clear()  # a JPEG's comment would be written again
        out = BytesIO()
        flat.save(out, "JPEG", quality=_QUALITY, subsampling=0)
        return out.getvalue(), flat.width, flat.height


def _size(data: bytes, name: str) -> tuple[int, int]:
    if len(data) > MAX_BYTES:
        raise TooLarge(f"The {name} has {len(data)} bytes; {MAX_BYTES} are the most that is read.")
    with _explained(name), Image.open(BytesIO(data), formats=_FORMATS) as picture:
        width, height = picture.size
        if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
            raise TooLarge(
                f"The {name} is {width}x{height} pixels; {MAX_PIXELS} pixels and sides of"
                f" {MAX_SIDE} are the most that is read. Make it smaller."
            )
        if min(width, height) < MIN_SIDE:
            raise InvalidRequest(
                f"The {name} is {width}x{height} pixels; its sides must have {MIN_SIDE} at least."
            )
        # Pillow would unfold a PNG to look for its EXIF at the very end, where hardly any has it.
        told = picture.format != "PNG" or "exif" in picture.info
        turned = told and picture.getexif().get(_ORIENTATION) in _ROTATED
    return (height, width) if turned else (width, height)


def _upright(data: bytes, size: tuple[int, int], longest: int | None = None) -> Image.Image:
    """The picture turned upright, to be painted in `size`; no side longer than `longest`."""
    picture: Image.Image = Image.open(BytesIO(data), formats=_FORMATS)
    # A JPEG can be unfolded at a fraction of its size, which saves time and most of the memory.
    picture.draft(None, (2 * max(size), 2 * max(size)))
    picture.load()
    if picture.mode.startswith("I"):  # 16 bits, which a conversion would clip
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    if longest:  # now: each copy of a large picture takes another hundred megabytes
        if picture.mode in {"1", "P"}:
            picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        picture.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return ImageOps.exif_transpose(picture)


def _on(picture: Image.Image, ground: str) -> Image.Image:
    """Without transparency: on a white or black ground, as RGB."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    flat = Image.new("RGBA", clear.size, ground)
    return Image.alpha_composite(flat, clear).convert("RGB")


def _middle(size: tuple[int, int], wanted: tuple[int, int]) -> tuple[float, float, float, float]:
    """The largest box of the wanted shape in the middle: left, top, right, bottom."""
    scale = min(size[0] / wanted[0], size[1] / wanted[1])
    width, height = wanted[0] * scale, wanted[1] * scale
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    return max(0.0, left), max(0.0, top), min(size[0], left + width), min(size[1], top + height)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Whatever a decoder makes of strange bytes is the sender's mistake, not ours."""
    try:
        yield
    except (InvalidRequest, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLarge(
            f"The {name} has far too many pixels; {MAX_PIXELS} are the most that is read."
        ) from error
    except Exception as error:
        raise InvalidRequest(
            f"The {name} cannot be read as a PNG, JPEG or WebP file ({type(error).__name__}):"
            " it is damaged, of another kind, or far too large."
        ) from error
