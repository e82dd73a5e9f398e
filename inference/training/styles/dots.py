"""ドット絵: a sprite with a dark rim, one colour a cell of a coarse grid, few colours in all."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image

from inference.training.grounds import Rgb, Rgba, ground
from inference.training.styles.shapes import blend, corner, disc, grown, solid_rgba

COLOURS = 12
MOON, RIM = (255, 236, 150), (30, 28, 44)
# A side. A cell must be wider than a latent (24 a side): else the decoder, which finds the edge
# within a latent by its neighbours, paints a smooth line where the stairs should be seen.
CELLS = 16


def sprite(rgba: Rgba) -> Rgba:
    """A drawing with a dark rim of half a cell."""
    alpha = np.asarray(rgba[..., 3], np.float32) / np.float32(255)
    base = np.full_like(rgba[..., :3], RIM, np.float32)
    colours = blend(base, rgba[..., :3], alpha)
    rim = grown(rgba[..., 3] > 127, round(len(rgba) / CELLS))
    return solid_rgba(colours, np.maximum(rim, alpha))


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
