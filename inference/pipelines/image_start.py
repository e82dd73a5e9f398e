"""From a picture instead of from words alone: the family's own image-to-image and inpainting.

Both are made of the parts of the text-to-image pipeline, so they take no more memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.defaults import Size, img2img_size
from inference.images.decode import SourceImage, check_image, decode_image
from inference.pipelines import signatures
from inference.request import DrawRequest

DEFAULT_STRENGTH = 0.75
_ALL_STEPS = ("LatentConsistency",)  # whose schedule is spread over the strength, not cut


@dataclass(frozen=True)
class ImagePipelines:
    """The pipelines that begin with a picture; None where the family has none."""

    image: Any = None
    mask: Any = None

    def for_request(self, request: DrawRequest) -> Any:
        """Return the one for this request; None if there is none."""
        return self.image if request.mask is None else self.mask


@dataclass(frozen=True)
class ImageStart:
    """What a picture is painted from, in the size to be painted.

    source: decoded in that size. padded: (width, height), of which the family needs multiples.
    strength: above 0, to 1.
    """

    source: SourceImage
    padded: Size
    strength: float

    def arguments(self, steps: int) -> dict[str, Any]:
        """Return what the pipeline is called with beside its usual arguments, for so many steps."""
        # One step at least is done: families refuse to paint in none.
        strength = min(1.0, max(self.strength, (1 + 1e-6) / steps))
        values: dict[str, Any] = {"image": self._padded(self.source.pixels), "strength": strength}
        if self.source.mask is not None:
            white = np.where(self.source.mask, np.uint8(255), np.uint8(0))
            values["mask_image"] = self._padded(white)
        return values

    def _padded(self, pixels: NDArray[np.uint8]) -> Image.Image:
        height, width = pixels.shape[:2]
        padding = [(0, self.padded[1] - height), (0, self.padded[0] - width), (0, 0)]
        return Image.fromarray(np.pad(pixels, padding[: pixels.ndim], mode="edge"))


def find_image_pipelines(pipe: Any) -> ImagePipelines:
    """Find the family's pipelines that begin with a picture and are told how far to leave it.

    Editing models, which take a picture and an instruction, have no such strength, and are none.
    """
    from diffusers import AutoPipelineForImage2Image, AutoPipelineForInpainting

    def made_by(auto: Any, *needed: str) -> Any:
        try:
            made = auto.from_pipe(pipe)
        except (ValueError, TypeError):  # of no such pipeline, or of one with other parts
            return None
        made.set_progress_bar_config(disable=True)
        return (
            made if {"image", "strength", *needed} <= {*signatures.call_parameters(made)} else None
        )

    return ImagePipelines(
        made_by(AutoPipelineForImage2Image), made_by(AutoPipelineForInpainting, "mask_image")
    )


def painted_size(request: DrawRequest, native_size: int) -> tuple[int | None, int | None]:
    """Return the (width, height) asked for; of a picture to start from, its own shape if none was.

    Raises InvalidRequest for a file that cannot be read.
    """
    if request.image is None:
        return request.width, request.height
    image_size = check_image(request.image, request.mask)
    if request.width is None and request.height is None:
        return img2img_size(image_size, native_size)
    return request.width, request.height


def read_start(request: DrawRequest, size: Size, padded: Size) -> ImageStart | None:
    """Decode what the request starts from; None if that is words alone. Raises InvalidRequest."""
    if request.image is None:
        return None
    strength = DEFAULT_STRENGTH if request.strength is None else request.strength
    return ImageStart(decode_image(request.image, request.mask, size), padded, strength)


def steps_done(pipe: Any, steps: int, start: ImageStart | None) -> int:
    """Return how many of the steps are done: from a picture, only the last ones are."""
    if start is None or type(pipe).__name__.startswith(_ALL_STEPS):
        return steps
    return min(steps, max(1, int(steps * start.strength)))


def keep_unmasked(pixels: NDArray[np.uint8], source: SourceImage) -> NDArray[np.uint8]:
    """Take what was painted, in any size, where the mask is white, and the source elsewhere."""
    assert source.mask is not None
    height, width = source.mask.shape
    enlarged = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
    return np.where(source.mask[..., None], np.asarray(enlarged), source.pixels)
