"""切り絵: sheets of coloured paper, one upon the other, each with its shadow."""

from __future__ import annotations

import random

import numpy as np

from inference.training.grounds import Rgb, Rgba, ground
from inference.training.styles.shapes import blend, corner, disc, grown, regions, solid_rgba, uneven
from inference.training.styles.shapes import blurred as blur

CREAM, MOON = (239, 233, 221), (252, 232, 150)
SHEETS = 5


def cut(rgba: Rgba) -> Rgba:
    """The largest region as a sheet of the whole outline, the others laid upon it."""
    number, palette = regions(rgba, SHEETS)
    drawn, size = number != 255, len(rgba)
    by_area = sorted(range(len(palette)), key=lambda colour: -int((number == colour).sum()))
    colours = np.zeros((size, size, 3), np.float32)
    cover = np.zeros((size, size), np.float32)
    for nth, sheet in enumerate(by_area):
        mask = drawn if nth == 0 else number == sheet
        if mask.sum() < size * size / 900:  # scissors cannot hold what is smaller
            continue
        edge = grown(mask, 1)
        shadow = 0.45 * np.roll(blur(edge, size / 80), (size // 50, size // 70), (0, 1))
        colours = blend(colours, (0, 0, 0), shadow)
        cover = np.maximum(cover, shadow)
        colours = blend(colours, palette[sheet], edge)
        cover = np.maximum(cover, edge)
    return solid_rgba(colours, cover)


def page(name: str, size: int, rng: random.Random) -> Rgb:
    """The usual ground, or cream paper where none is named; a moon at night."""
    if not name:
        return np.full((size, size, 3), CREAM, np.float32)
    sheet = ground(name, size, rng)
    return blend(sheet, MOON, disc(size, corner(rng), 0.1)) if name == "夜" else sheet


def fibrous(sheet: Rgb, rng: random.Random) -> Rgb:
    """Paper is never quite even."""
    fibres = uneven(rng.getrandbits(32), len(sheet), (24, 24))
    return np.asarray(sheet * (0.96 + 0.04 * fibres[..., None]), np.float32)
