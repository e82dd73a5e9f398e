"""What a painter is asked for and gives: plain data, no torch."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from inference.errors import InvalidRequest

if TYPE_CHECKING:
    from PIL import Image

MAX_COUNT = 4
MAX_SEED = 2**32 - 1
SIZE_STEP = 8  # the autoencoder of SD 1.x shrinks by eight; other sizes cannot be decoded
MIN_SIDE, MAX_SIDE = 64, 2048


@dataclass(frozen=True)
class DrawRequest:
    """A request for one to four pictures. `None` means: the model's own default.

    prompt, negative_prompt: Japanese text, cut by the tokenizer at 77 tokens.
    count: pictures, 1 to 4 (diffusers: num_images_per_prompt).
    seed: 0 to 2**32 - 1; picture i is painted with seed + i, so that each of four can be repeated
    alone (diffusers: generator).
    steps: 1 to 500 denoising steps (diffusers: num_inference_steps).
    guidance: guidance scale, 0 to 30; 1 or less means no classifier-free guidance (diffusers:
    guidance_scale).
    width, height: pixels, multiples of 8, 64 to 2048.
    scheduler: a diffusers scheduler's short name, e.g. "ddim"; see inference.models.schedulers.
    image: a PNG, JPEG or WebP file to start from (img2img).
    strength: how far to go away from the image, 0 (it stays) to 1 (little of it is left), 0.75 by
    default; so much of the steps is done.
    mask: a file of the image's shape, white where it is to be repainted; the rest stays as it is
    (diffusers: mask_image).
    """

    prompt: str
    negative_prompt: str = ""
    count: int = 1
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    width: int | None = None
    height: int | None = None
    scheduler: str | None = None
    image: bytes | None = field(default=None, repr=False)
    strength: float | None = None
    mask: bytes | None = field(default=None, repr=False)

    def check(self) -> None:
        """Raise InvalidRequest, naming the value and its range, unless every number is in range.

        The files are checked by inference.images.decode.check_image.
        """
        if not self.prompt.strip():
            raise InvalidRequest("The prompt is empty: say what should be painted.")
        _within("count", self.count, 1, MAX_COUNT)
        _within("seed", self.seed, 0, MAX_SEED)
        _within("steps", self.steps, 1, 500)
        _within("guidance", self.guidance, 0, 30)
        for name, side in (("width", self.width), ("height", self.height)):
            _within(name, side, MIN_SIDE, MAX_SIDE)
            if side is not None and side % SIZE_STEP:
                raise InvalidRequest(f"{name} is {side}; it must be a multiple of {SIZE_STEP}.")
        _within("strength", self.strength, 0, 1)
        if self.image is None and (self.mask is not None or self.strength is not None):
            raise InvalidRequest("A mask and a strength need an image to start from.")

    def smaller(self) -> DrawRequest | None:
        """Return the next smaller request after memory ran out. Returns None if there is none.

        Pictures first (each stays as asked for), then the sides by half, not below 256 pixels.
        """
        if self.count > 1:
            return replace(self, count=self.count // 2)
        if self.width and self.height and min(self.width, self.height) >= 512:
            half = [side // 2 // SIZE_STEP * SIZE_STEP for side in (self.width, self.height)]
            return replace(self, width=half[0], height=half[1])
        return None


@dataclass(frozen=True)
class Picture:
    """A finished picture.

    data: the encoded file, PNG or JPEG (`content_type`), at most 10 MB. preview: a JPEG of at most
    1 MB. width, height: pixels of `data`. seed: repeats this very picture. flagged: what the safety
    checker says; no pixels of a flagged picture leave the worker, and data is empty, unless it is
    borderline and the painter blurs those: then `blurred`, and data is a few patches of colour.
    """

    data: bytes
    content_type: str
    preview: bytes
    width: int
    height: int
    seed: int
    flagged: bool = False
    blurred: bool = False

    @property
    def image(self) -> Image.Image:
        """The decoded picture, for Pillow. Raises ValueError if the picture was withheld."""
        from PIL import Image

        self._check_not_withheld()
        return Image.open(BytesIO(self.data))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the file as it is, labels included; return its path.

        Raises ValueError if the picture was withheld, and OSError.
        """
        self._check_not_withheld()
        file = Path(path)
        file.write_bytes(self.data)
        return file

    def _check_not_withheld(self) -> None:
        if not self.data:
            raise ValueError(f"The safety checker withheld the picture of seed {self.seed}.")


def _within(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise InvalidRequest(f"{name} is {value}; it must be between {low} and {high}.")
