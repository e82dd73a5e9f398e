"""Enlarge what a small model paints, so that its edges stay edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

_RADIUS = 1.3  # of the soft edge that resampling leaves, in pixels of the small picture
_PERCENT, _THRESHOLD = 90, 2  # how much steeper; differences of so few levels are left alone


def enlarge(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the pixels uint8 [h, w, 3] at a size (width, height): Lanczos, then an unsharp mask.

    No larger size than theirs leaves them as they are.
    """
    factor = min(size[0] / pixels.shape[1], size[1] / pixels.shape[0])
    if factor <= 1:
        return pixels
    large = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
    return np.asarray(large.filter(ImageFilter.UnsharpMask(_RADIUS * factor, _PERCENT, _THRESHOLD)))
