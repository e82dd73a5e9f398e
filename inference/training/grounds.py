"""The grounds on which things stand in the usual styles: white, a named colour or a small scene."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt

from inference.training.scenes import GROUND_COLOURS

Rgba = npt.NDArray[np.uint8]
Rgb = npt.NDArray[np.float32]


def ground(name: str, size: int, rng: random.Random) -> Rgb:
    """A ground as float32 [size, size, 3] in 0..255; an empty name is white."""
    if not name:
        return np.full((size, size, 3), 255.0, np.float32)
    if name in GROUND_COLOURS:
        shade = np.array(GROUND_COLOURS[name], np.float32)
        return np.clip(np.full((size, size, 3), shade) + rng.uniform(-8, 8), 0, 255)
    return _scene(name, size, rng)


def _scene(name: str, size: int, rng: random.Random) -> Rgb:
    """A few broad strokes that a small model can learn: bands of colour, stars, snow."""
    down = np.linspace(0, 1, size, dtype=np.float32)[:, None, None]
    picture = np.ones((size, size, 3), np.float32)
    bands = {
        "夜": ((12, 18, 62), (38, 48, 110)),
        "夕": ((235, 95, 60), (255, 205, 110)),
        "空": ((95, 180, 250), (190, 228, 255)),
        "草": ((150, 212, 252), (205, 236, 255)),
        "雪": ((165, 195, 225), (225, 236, 246)),
        "海": ((170, 222, 255), (220, 242, 255)),
    }
    top, bottom = (np.array(c, np.float32) for c in bands[name])
    picture *= top * (1 - down) + bottom * down
    if name in {"草", "雪", "海"}:
        low = {"草": (110, 190, 70), "雪": (250, 252, 255), "海": (40, 120, 205)}[name]
        picture[int(size * 0.66) :] = low
    if name in {"夜", "雪"}:
        dot = max(1, size // 48)
        for _ in range(14):
            y, x = rng.randrange(size - dot), rng.randrange(size - dot)
            picture[y : y + dot, x : x + dot] = (255, 250, 205) if name == "夜" else 255
    return picture
