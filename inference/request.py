"""The words that the bot and the painter share: plain data, no torch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

MAX_COUNT = 4
MAX_SEED = 2**32 - 1
SIZE_STEP = 8  # the autoencoder of SD 1.x shrinks by eight; other sizes cannot be decoded
MIN_SIDE, MAX_SIDE = 64, 2048


class PaintError(Exception):
    """Painting did not work.

    `permanent` says whether trying the very same request again is pointless; `code` is a short
    machine-readable word for logs and for choosing the sentence that a person reads.
    """

    def __init__(self, message: str, *, permanent: bool, code: str = "paint_failed") -> None:
        super().__init__(message)
        self.permanent = permanent
        self.code = code


class InvalidRequest(PaintError):
    """The request itself cannot be painted: a value is out of range."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True, code="invalid_request")


class Unsafe(PaintError):
    """The safety checker refused every picture of the request."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True, code="unsafe")


class OutOfMemory(PaintError):
    """Host or device memory ran out; a smaller request may still work."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=False, code="out_of_memory")


class Stopped(Exception):
    """`should_stop` said so at a step boundary: nothing was painted, nothing is wrong."""


@dataclass(frozen=True)
class DrawRequest:
    """One wish for one to four pictures. `None` means: the model's own default.

    prompt, negative_prompt: Japanese text, cut by the tokenizer at 77 tokens.
    count: pictures, 1 to 4. seed: 0 to 2**32 - 1; picture i is painted with seed + i, so that each
    of four can be repeated alone. steps: 1 to 500 denoising steps. guidance: guidance scale, 0 to
    30 (1 or less: no classifier-free guidance). width, height: pixels, multiples of 8, 64 to 2048.
    scheduler: a diffusers scheduler's short name, e.g. "ddim".

    image: a PNG, JPEG or WebP file to start from (img2img). strength: how far to go away from it, 0
    (it stays) to 1 (little of it is left), 0.75 by default; so much of the steps is done. mask: a
    file of the image's shape, white where it is to be repainted; the rest stays as it is.
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
        """Raise InvalidRequest, naming the value and its range, unless everything is in range."""
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
        if self.image is not None:
            from inference import incoming  # Pillow, which a process that only asks need not have

            incoming.check(self.image, self.mask)
        elif self.mask is not None or self.strength is not None:
            raise InvalidRequest("A mask and a strength need an image to start from.")

    def smaller(self) -> DrawRequest | None:
        """The next smaller request after memory ran out, or None when there is none.

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
    checker said; of a flagged picture no pixels leave the worker, and data is empty, but where it
    is borderline and a blur was wished: then `blurred`, and data is a few patches of colour.
    """

    data: bytes
    content_type: str
    preview: bytes
    width: int
    height: int
    seed: int
    flagged: bool = False
    blurred: bool = False


def _within(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise InvalidRequest(f"{name} is {value}; it must be between {low} and {high}.")
