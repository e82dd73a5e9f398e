"""A wider or taller canvas for a model that was trained on squares alone.

Asked for another shape, such a model stretches what it paints, or paints it twice. Its grounds are
plain, or lie in layers from left to right, so that the edges of a square tell what goes on beside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_EDGE = 6  # lines at the edge whose mean goes on
_SOFT = 9  # cells along the edge over which it is smoothed: single ones would become stripes


def extend(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the picture, (height, width, 3), in the middle of a canvas of the shape of `size`.

    size: (width, height), of which the ratio counts; nothing is cut off or enlarged.
    """
    height, width = pixels.shape[:2]
    wider = round(height * size[0] / size[1]) - width
    if wider > 0:
        return _continued(pixels, wider)
    taller = round(width * size[1] / size[0]) - height
    if taller > 0:
        return _continued(pixels.transpose(1, 0, 2), taller).transpose(1, 0, 2)
    return pixels


def _continued(pixels: NDArray[np.uint8], rows: int) -> NDArray[np.uint8]:
    """With so many columns more, half of them on either side."""
    left = rows // 2
    sides = (pixels[:, :_EDGE], left), (pixels[:, -_EDGE:], rows - left)
    strips = [np.repeat(_smooth(edge)[:, None], count, axis=1) for edge, count in sides]
    return np.concatenate([strips[0], pixels, strips[1]], axis=1)


def _smooth(edge: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """One line, (length, 3), of several."""
    line = edge.astype(np.float32).mean(axis=1)
    around = np.pad(line, ((_SOFT // 2, _SOFT // 2), (0, 0)), mode="edge")
    window = np.lib.stride_tricks.sliding_window_view(around, _SOFT, axis=0)
    smoothed: NDArray[np.uint8] = window.mean(axis=-1).round().astype(np.uint8)
    return smoothed
