"""What is read of a picture that somebody sent, and the reasons to refuse one.

Each refusal has a code of its own: people are to be told what was wrong with their photo.
"""

from __future__ import annotations

from inference.errors import InvalidRequest

MAX_BYTES = 20_000_000
MAX_PIXELS = 25_000_000  # 100 MB when unfolded; the camera of a phone makes 12 or 24 million
MIN_SIDE, MAX_SIDE = 16, 16_384
MAX_RATIO = 10  # of the longer side to the shorter; less than a fifth of more would be painted


class ImageRefused(InvalidRequest):
    """A picture that cannot be started from."""

    code = "image_unreadable"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.code = type(self).code


class ImageUnreadable(ImageRefused):
    """Damaged, or no picture at all."""


class ImageFormatUnknown(ImageRefused):
    """A picture of a format that is not read, such as HEIC, TIFF or GIF."""

    code = "image_format"


class ImageTooLarge(ImageRefused):
    """More bytes, pixels or pixels a side than are read."""

    code = "image_too_large"


class ImageTooSmall(ImageRefused):
    """Too few pixels to be painted from."""

    code = "image_too_small"


class ImageTooNarrow(ImageRefused):
    """A strip, of which hardly anything would be left in a picture."""

    code = "image_too_narrow"


class ImageAnimated(ImageRefused):
    """A picture that moves."""

    code = "image_animated"


class ImageTooCostly(ImageRefused):
    """A picture that takes more time or memory to decode than one may."""

    code = "image_too_costly"


REFUSALS = {
    refusal.code: refusal
    for refusal in (
        ImageUnreadable,
        ImageFormatUnknown,
        ImageTooLarge,
        ImageTooSmall,
        ImageTooNarrow,
        ImageAnimated,
        ImageTooCostly,
    )
}


def check_size(width: int, height: int, name: str = "image") -> None:
    """Raise ImageRefused unless a picture of so many pixels is read.

    The one rule for what is sent, what is stored of it, and what is painted from.
    """
    size = f"The {name} is {width}x{height} pixels"
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ImageTooLarge(
            f"{size}; {MAX_PIXELS} pixels and sides of {MAX_SIDE} are the most that is read."
            " Make it smaller."
        )
    if min(width, height) < MIN_SIDE:
        raise ImageTooSmall(f"{size}; its sides must have {MIN_SIDE} at least.")
    if max(width, height) > MAX_RATIO * min(width, height):
        raise ImageTooNarrow(
            f"{size}; one side may be {MAX_RATIO} times the other at most. Cut it to what counts."
        )
