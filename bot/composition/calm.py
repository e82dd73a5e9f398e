"""Finds where a picture is calm, so that letters there can be read and hide little."""

from __future__ import annotations

import numpy as np
from PIL import Image

Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels

_SIDE = 96  # of the small picture that is looked at


def calmest(image: Image.Image, boxes: list[Box]) -> int:
    """Return the index of the box with the least change between neighbouring pixels.

    The first of two that are nearly alike is taken: the caller puts the better places first.
    """
    small = np.asarray(image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX), np.float32)
    change = np.zeros_like(small)
    change[:, 1:] += np.abs(np.diff(small, axis=1))
    change[1:, :] += np.abs(np.diff(small, axis=0))
    costs = [
        float(_part(change, box, image.size).mean()) + 0.5 * rank for rank, box in enumerate(boxes)
    ]
    return int(np.argmin(costs))


def brightness(image: Image.Image, box: Box) -> float:
    """Return the mean brightness of a box, 0 to 255."""
    return float(np.asarray(image.convert("L").crop(box), np.float32).mean())


def _part(values: np.ndarray, box: Box, size: tuple[int, int]) -> np.ndarray:
    x, y = _SIDE / size[0], _SIDE / size[1]
    left, top = int(box[0] * x), int(box[1] * y)
    return values[top : max(top + 1, round(box[3] * y)), left : max(left + 1, round(box[2] * x))]
