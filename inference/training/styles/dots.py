"""ドット絵: one colour for each cell of a coarse grid, and few colours in all."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image

from inference.training.grounds import Rgb, ground
from inference.training.styles.shapes import blend, corner, disc

COLOURS, MOON = 12, (255, 236, 150)
CELLS = 24  # a side: at 192 pixels a cell is one latent, which even a small model paints sharply


def page(name: str, size: int, rng: random.Random) -> Rgb:
    """The usual ground; a moon at night."""
    sheet = ground(name, size, rng)
    return blend(sheet, MOON, disc(size, corner(rng), 0.1)) if name == "夜" else sheet


def coarse(page: Rgb, rng: random.Random) -> Rgb:
    """The page in cells; nothing of it is left to chance."""
    size = len(page)
    whole = Image.fromarray(page.clip(0, 255).astype(np.uint8))
    cells = whole.resize((CELLS, CELLS), Image.Resampling.BOX)
    few = cells.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    large = few.convert("RGB").resize((size, size), Image.Resampling.NEAREST)
    return np.asarray(large, np.float32)
