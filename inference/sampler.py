"""From a request to a plan: every default filled in, every size decided."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference import incoming
from inference.request import MAX_SEED, SIZE_STEP, DrawRequest

if TYPE_CHECKING:
    from inference.model import Model

SMALLEST_DELIVERED = 256  # pixels: a chat shows nothing of a picture as large as a stamp
_SMALL_MODEL = 256
_STRENGTH = 0.75


@dataclass(frozen=True)
class Plan:
    """A request with every default filled in.

    width, height: pixels painted; delivered: pixels handed over. guidance: 1 or less means that
    the negative prompt is not used and the UNet sees each picture once a step instead of twice.
    image, mask, strength: the files to start from; strength is 1 where there is no image. extended:
    whether the canvas is continued from what is painted to the shape of what is delivered.
    """

    prompt: str
    negative_prompt: str
    seeds: tuple[int, ...]
    steps: int
    guidance: float
    width: int
    height: int
    delivered: tuple[int, int]
    scheduler: str | None
    strength: float = 1.0
    image: bytes | None = None
    mask: bytes | None = None
    extended: bool = False


def plan(model: Model, request: DrawRequest) -> Plan:
    """Check the request and fill in the model's defaults. Raises InvalidRequest."""
    request.check()
    first = secrets.randbelow(MAX_SEED + 1) if request.seed is None else request.seed
    width, height = request.width, request.height
    strength = 1.0
    if request.image is not None:
        strength = _STRENGTH if request.strength is None else request.strength
        if width is None and height is None:
            width, height = shape_of(incoming.check(request.image, None), model.native_size)
    painted, delivered = sizes(width, height, model.native_size)
    extended = model.square and request.image is None and painted[0] != painted[1]
    if extended:
        painted = (model.native_size, model.native_size)
    return Plan(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        seeds=tuple((first + i) % (MAX_SEED + 1) for i in range(request.count)),
        steps=model.default_steps if request.steps is None else request.steps,
        guidance=model.default_guidance if request.guidance is None else request.guidance,
        width=painted[0],
        height=painted[1],
        delivered=delivered,
        scheduler=model.default_scheduler if request.scheduler is None else request.scheduler,
        strength=strength,
        image=request.image,
        mask=request.mask,
        extended=extended,
    )


def shape_of(picture: tuple[int, int], native: int) -> tuple[int, int]:
    """The size in which to repaint a picture of (width, height): its shape, the model's area.

    No narrower than 1:2, and in few different sizes, since only equal ones are painted together.
    """
    step = max(SIZE_STEP, native // 8 // SIZE_STEP * SIZE_STEP)
    longer = min(2.0, max(0.5, picture[0] / picture[1])) ** 0.5
    width, height = (max(1, round(native * it / step)) * step for it in (longer, 1 / longer))
    return width, height


def sizes(
    width: int | None, height: int | None, native: int
) -> tuple[tuple[int, int], tuple[int, int]]:
    """The size to paint and the size to deliver, each (width, height) in pixels.

    A side left out is the model's native one. Pictures with a side under 256 pixels are delivered
    enlarged by a whole factor. A small model (256 pixels or less) cannot compose a picture several
    times its size: asked for more than twice its area, it paints that shape at its own size, and
    the picture is enlarged to what was asked for.
    """
    asked = (width or native, height or native)
    area, own = asked[0] * asked[1], native * native
    if native <= _SMALL_MODEL and area > 2 * own and min(asked) >= SMALLEST_DELIVERED:
        shrink = (own / area) ** 0.5
        painted = [max(1, round(side * shrink / SIZE_STEP)) * SIZE_STEP for side in asked]
        return (painted[0], painted[1]), asked
    factor = -(-SMALLEST_DELIVERED // min(asked))
    return asked, (asked[0] * factor, asked[1] * factor)
