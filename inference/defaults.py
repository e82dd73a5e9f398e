"""Fill in what a request leaves open: seeds and sizes. No torch."""

from __future__ import annotations

import math
import secrets

from inference.request import MAX_SEED, SIZE_STEP, DrawRequest

MIN_OUTPUT_SIDE = 256  # pixels: a chat shows nothing of a picture as large as a stamp
_SMALL_MODEL = 256

_SDXL_SIZES = ((1024, 1024), (1152, 896), (1216, 832), (1344, 768), (1408, 704))

Size = tuple[int, int]  # (width, height) in pixels


def resolve_seeds(request: DrawRequest) -> tuple[int, ...]:
    """Return one seed for each picture: the request's and those after it, random if it has none."""
    first = secrets.randbelow(MAX_SEED + 1) if request.seed is None else request.seed
    return tuple((first + i) % (MAX_SEED + 1) for i in range(request.count))


def img2img_size(picture: Size, native: int) -> Size:
    """Return the size in which to repaint a picture: its shape, the model's area.

    No narrower than 1:2, and in few different sizes, since only equal ones are painted together.
    """
    step = max(SIZE_STEP, native // 8 // SIZE_STEP * SIZE_STEP)
    longer = min(2.0, max(0.5, picture[0] / picture[1])) ** 0.5
    width, height = (max(1, round(native * ratio / step)) * step for ratio in (longer, 1 / longer))
    return width, height


def trained_size(shape: Size, native: int) -> Size:
    """Return the size that SDXL was trained in whose shape is nearest: one of nine.

    https://arxiv.org/abs/2307.01952 (appendix I), no narrower than 1:2. native: 1024 for SDXL.
    """
    wanted = math.log(shape[0] / shape[1])
    sizes = [size for wide in _SDXL_SIZES for size in {wide, wide[::-1]}]
    width, height = min(sizes, key=lambda size: abs(math.log(size[0] / size[1]) - wanted))
    step = SIZE_STEP * 1024
    width, height = (max(1, round(side * native / step)) * SIZE_STEP for side in (width, height))
    return width, height


def resolve_sizes(
    width: int | None, height: int | None, native: int, least: int = 0
) -> tuple[Size, Size]:
    """Return the size to paint and the size to deliver.

    A side left out is the model's native one. Pictures with a side under `least` pixels, or 256,
    are delivered enlarged by a whole factor. A small model (256 pixels or less) cannot compose a
    picture several times its size: asked for more than twice its area, it paints that shape at its
    own size, and the picture is enlarged to what was asked for.
    """
    wanted = (width or native, height or native)
    area, own = wanted[0] * wanted[1], native * native
    if native <= _SMALL_MODEL and area > 2 * own and min(wanted) >= MIN_OUTPUT_SIDE:
        shrink = (own / area) ** 0.5
        painted = [max(1, round(side * shrink / SIZE_STEP)) * SIZE_STEP for side in wanted]
        return (painted[0], painted[1]), wanted
    factor = -(-(least or MIN_OUTPUT_SIDE) // min(wanted))
    return wanted, (wanted[0] * factor, wanted[1] * factor)
