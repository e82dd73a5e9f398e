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

from PIL import Image

from inference.errors import InvalidRequest
from inference.images import jpeg_scans
from inference.images.colours import to_srgb
from inference.images.containers import Container, open_container
from inference.images.deep_png import clear_alpha
from inference.images.limits import (
    MAX_BYTES,
    MAX_PIXELS,
    MAX_RATIO,
    MIN_SIDE,
    ImageTooLarge,
    ImageUnreadable,
    check_size,
)

if TYPE_CHECKING:  # who only shrinks a picture need not have it
    import numpy as np
    from numpy.typing import NDArray

_UPRIGHT = {  # by EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING = frozenset({5, 6, 7, 8})  # orientations that swap width and height
_GREY_LEVELS = {1: 255, 2: 85, 4: 17}  # bits of a sample -> what one of its levels is of 255
_SHAPES_DIFFER = 0.02
_QUALITY = 92  # of the JPEG that `shrink` makes


@dataclass(frozen=True)
class SourceImage:
    """What img2img starts from, in the size to be painted.

    pixels: (height, width, 3), 0 to 255. mask: (height, width), True where it is to be repainted;
    None: everywhere.
    """

    pixels: NDArray[np.uint8]
    mask: NDArray[np.bool_] | None


@dataclass(frozen=True)
class _Header:
    """A file that may be decoded. size: (width, height) of the picture as it is to be seen."""

    container: Container
    size: tuple[int, int]


def check_image(image: bytes, mask: bytes | None) -> tuple[int, int]:
    """Return the (width, height) of the picture as it is to be seen. Reads headers only.

    Raises ImageRefused for what is no picture, moves or is of no size that is read
    (inference.images.limits), and InvalidRequest for a mask of another shape.
    """
    size = _read_header(image, "image").size
    if mask is not None:
        other = _read_header(mask, "mask").size
        if abs(other[0] * size[1] / (other[1] * size[0]) - 1) > _SHAPES_DIFFER:
            raise InvalidRequest(
                f"The mask is {other[0]}x{other[1]} pixels and the picture {size[0]}x{size[1]}:"
                " they must have the same shape."
            )
    return size


def decode_image(image: bytes, mask: bytes | None, size: tuple[int, int]) -> SourceImage:
    """Decode, turn upright, put on white, and cut to fill `size` (width, height).

    What sticks out is cut off on both sides alike, from picture and mask. Raises InvalidRequest.
    """
    import numpy as np

    check_image(image, mask)
    with _explained("image"):
        picture = _on(_decode(_read_header(image, "image"), max(size)), "white")
        box = _middle(picture.size, size)
        fitted = picture.resize(size, Image.Resampling.LANCZOS, box=box)
        pixels = np.asarray(fitted)
    if mask is None:
        return SourceImage(pixels, None)
    with _explained("mask"):
        grey = _on(_decode(_read_header(mask, "mask"), max(size)), "black").convert("L")
        grey = grey.resize(size, Image.Resampling.BILINEAR, box=_middle(grey.size, size))
        return SourceImage(pixels, np.asarray(grey) >= 128)


def shrink(data: bytes, longest: int) -> tuple[bytes, int, int]:
    """Return the picture as a JPEG of its own, with its width and height: upright, on white, in
    sRGB, no side longer than `longest` pixels, and without anything that the file said beside the
    picture, such as where it was taken. What `check_image` takes of the picture, it takes of the
    copy.

    longest: at least MIN_SIDE * MAX_RATIO. Raises ImageRefused, for sizes before anything unfolds.
    """
    if longest < MIN_SIDE * MAX_RATIO:
        raise ValueError(f"longest is {longest}; a copy of that size could be too narrow.")
    header = _read_header(data, "image")
    with _explained("image"):
        flat = _on(_decode(header, longest, shrink=True), "white")
        flat.info.clear()
        out = BytesIO()
        flat.save(out, "JPEG", quality=_QUALITY, subsampling=0)
        return out.getvalue(), flat.width, flat.height


def _read_header(data: bytes, name: str) -> _Header:
    if len(data) > MAX_BYTES:
        raise ImageTooLarge(
            f"The {name} has {len(data)} bytes; {MAX_BYTES} are the most that is read."
            " Make it smaller."
        )
    with _explained(name):
        container = open_container(data, name)
        with Image.open(BytesIO(container.data), formats=[container.kind]) as picture:
            width, height = picture.size
    check_size(width, height, name)
    size = (height, width) if container.orientation in _LYING else (width, height)
    return _Header(container, size)


def _decode(header: _Header, longest: int, *, shrink: bool = False) -> Image.Image:
    """Return the picture upright in sRGB, as RGB or RGBA; shrunk until no side is longer than
    `longest`.

    Without `shrink`, a JPEG may still come smaller, but not smaller than twice that.
    """
    container = header.container
    if container.cut_at is not None:
        _check_cut(container.data, container.cut_at)
    picture: Image.Image = Image.open(BytesIO(container.data), formats=[container.kind])
    # A JPEG can be unfolded at a fraction of its size, which saves time and most of the memory.
    aim = longest if shrink else 2 * longest
    picture.draft(None, (aim, aim))
    picture.load()
    profile = container.profile or picture.info.get("icc_profile")
    alpha = clear_alpha(container.data, picture) if container.depth == 16 else None
    picture = _with_plain_samples(picture, container.depth)
    if alpha is not None:
        picture.putalpha(alpha)
    if shrink and max(picture.size) > longest:
        # Now, since each copy of a large picture takes another hundred megabytes.
        smaller = _shrunk(picture.size, longest)
        picture = picture.resize(smaller, Image.Resampling.LANCZOS, reducing_gap=2.0)
    picture = to_srgb(picture, profile)
    turn = _UPRIGHT.get(container.orientation)
    return picture if turn is None else picture.transpose(turn)


def _shrunk(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Return the size with a longer side of `longest`, and no narrower than what is read."""
    scale, least = longest / max(size), -(-longest // MAX_RATIO)
    width, height = (min(longest, max(least, round(side * scale))) for side in size)
    return width, height


def _check_cut(data: bytes, begin: int) -> None:
    """Raise ImageUnreadable unless nearly all of a JPEG without an end is there."""
    rest = data[begin:].removesuffix(jpeg_scans.END)
    share = jpeg_scans.share_there(data[:begin], rest)
    if share < jpeg_scans.ENOUGH:
        raise ImageUnreadable(
            f"The image is damaged: only {share:.0%} of its picture is there. Send it once more."
        )


def _with_plain_samples(picture: Image.Image, depth: int) -> Image.Image:
    """Return the picture with 8 bits a sample and its transparency, if it has any, as a channel."""
    clear = picture.info.get("transparency") if depth < 16 else None  # see deep_png
    if isinstance(clear, int) and picture.mode in {"1", "L"}:
        clear = clear * _GREY_LEVELS.get(depth, 1)
    if picture.mode.startswith("I"):  # 16 bits, which a conversion would clip
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    elif picture.mode == "1":
        picture = picture.convert("L")
    if clear is not None:
        picture.info["transparency"] = clear
        grey = picture.mode == "L"
        return picture.convert("LA" if grey else "RGBA")
    if picture.mode in {"L", "LA", "RGB", "RGBA", "CMYK"}:
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _on(picture: Image.Image, ground: str) -> Image.Image:
    """Without transparency: on a white or black ground, as RGB."""
    if picture.mode != "RGBA":
        return picture
    flat = Image.new("RGBA", picture.size, ground)
    return Image.alpha_composite(flat, picture).convert("RGB")


def _middle(size: tuple[int, int], wanted: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return the largest box of the wanted shape in the middle: left, top, right, bottom."""
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
        raise ImageTooLarge(
            f"The {name} has far too many pixels; {MAX_PIXELS} are the most that is read."
            " Make it smaller."
        ) from error
    except Exception as error:
        raise ImageUnreadable(
            f"The {name} cannot be read as a PNG, JPEG or WebP file ({type(error).__name__}):"
            " it is damaged, or of a kind that is not read."
        ) from error
