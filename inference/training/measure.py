"""What plain arithmetic can tell of a picture: its ground's colour, and where the thing is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from inference.training.scenes import CENTRES, GROUND_COLOURS, HUES

Pixels = npt.NDArray[np.uint8]

NAMED = GROUND_COLOURS | {"白": (255, 255, 255)}
CUT = 60.0  # sum over red, green, blue: how far from the ground a pixel is the thing's
NEAR = 0.06  # of the circle of hues: that far from red is still red
ASIDE = 0.08  # of the picture's side: less than that from the middle is in the middle


def border(pixels: Pixels) -> npt.NDArray[np.float32]:
    """The median colour of a picture's outermost sixteenth, float32 [3] of 0..255."""
    width = max(1, len(pixels) // 16)
    ring = np.ones(pixels.shape[:2], bool)
    ring[width:-width, width:-width] = False
    median: npt.NDArray[np.float32] = np.median(pixels[ring], axis=0).astype(np.float32)
    return median


def ground_colour(pixels: Pixels) -> str:
    """The key of NAMED that the ground of a picture uint8 [s, s, 3] is nearest to."""
    seen = border(pixels)
    return min(NAMED, key=lambda name: float(np.abs(seen - np.array(NAMED[name])).sum()))


def whereabouts(pixels: Pixels) -> str:
    """Where what is not ground lies: 左, 右, 上, 下, or "" for the middle or an empty picture."""
    apart = np.abs(pixels.astype(np.float32) - border(pixels)).sum(-1) > CUT
    if not apart.any():
        return ""
    y, x = (float(index.mean()) / len(pixels) - 0.5 for index in np.nonzero(apart))
    if max(abs(x), abs(y)) < ASIDE:
        return ""
    if abs(x) > abs(y):
        return "左" if x < 0 else "右"
    return "上" if y < 0 else "下"


def colour_share(pixels: Pixels, colour: str) -> float:
    """How much (0..1) of what is not ground is of a colour, a key of HUES; 0 for an empty picture.

    Pale, grey and dark pixels are of none.
    """
    thing = np.abs(pixels.astype(np.float32) - border(pixels)).sum(-1) > CUT
    if not thing.any():
        return 0.0
    hue, saturation, value = np.moveaxis(
        np.asarray(Image.fromarray(pixels).convert("HSV"), np.float32) / 255, -1, 0
    )
    away = np.abs((hue - HUES[colour] + 0.5) % 1 - 0.5)  # round the circle: 0 to 0.5
    return float(((away < NEAR) & (saturation > 0.35) & (value > 0.3))[thing].mean())


def beside(pixels: Pixels, place: str) -> Pixels:
    """The square (0.58 of the picture a side) where a thing at this side stands."""
    side = len(pixels)
    width = round(side * 0.58)  # the largest that is laid there: see scenes.choose
    x, y = (min(max(0, round(side * at - width / 2)), side - width) for at in CENTRES[place])
    return pixels[y : y + width, x : x + width]


def halves(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """The squares in which the left and the right one of two things stand."""
    side = len(pixels)
    top, low = round(side * 0.26), round(side * 0.74)
    return pixels[top:low, : low - top], pixels[top:low, side - (low - top) :]
