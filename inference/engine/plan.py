"""Turn a request into a plan: every default filled in, every size decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.defaults import img2img_size, resolve_seeds, resolve_sizes, trained_size
from inference.images import decode
from inference.request import DrawRequest

if TYPE_CHECKING:
    from inference.models.model import Model

_STRENGTH = 0.75


@dataclass(frozen=True)
class Plan:
    """A request with every default filled in.

    width, height: pixels painted; output_size: (width, height) of the file. guidance: 1 or less
    means no classifier-free guidance: the negative prompt is not used, and a step takes one UNet
    row a picture instead of two; see Model.takes_two_rows.
    image, mask, strength: the files to start from; strength is 1 where there is no image. extend:
    whether the canvas is extended from what is painted to the shape of output_size.
    """

    prompt: str
    negative_prompt: str
    seeds: tuple[int, ...]
    steps: int
    guidance: float
    width: int
    height: int
    output_size: tuple[int, int]
    scheduler: str | None
    strength: float = 1.0
    image: bytes | None = None
    mask: bytes | None = None
    extend: bool = False


def resolve(model: Model, request: DrawRequest) -> Plan:
    """Check the request and fill in the model's defaults. Raises InvalidRequest."""
    request.check()
    width, height = request.width, request.height
    strength = 1.0
    if request.image is not None:
        strength = _STRENGTH if request.strength is None else request.strength
        image_size = decode.check_image(request.image, request.mask)
        if width is None and height is None:
            chosen = trained_size if model.is_sdxl else img2img_size
            width, height = chosen(image_size, model.native_size)
    painted, output_size = resolve_sizes(width, height, model.native_size, model.min_output_side)
    extend = model.squares_only and request.image is None and painted[0] != painted[1]
    if extend:
        painted = (model.native_size, model.native_size)
    return Plan(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        seeds=resolve_seeds(request),
        steps=model.default_steps if request.steps is None else request.steps,
        guidance=model.default_guidance if request.guidance is None else request.guidance,
        width=painted[0],
        height=painted[1],
        output_size=output_size,
        scheduler=model.default_scheduler if request.scheduler is None else request.scheduler,
        strength=strength,
        image=request.image,
        mask=request.mask,
        extend=extend,
    )
