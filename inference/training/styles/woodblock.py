"""浮世絵: few flat pigments, dark outlines, a sky that is wiped from dark to light, mist, paper."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from inference.training.grounds import Rgb, Rgba
from inference.training.scenes import GROUND_COLOURS
from inference.training.styles.shapes import (
    Mask,
    blend,
    corner,
    disc,
    grown,
    regions,
    seams,
    solid_rgba,
    uneven,
)

WASHI = (242, 229, 200)
SUMI = (30, 30, 42)
RED_SUN, MOON = (204, 58, 44), (248, 236, 198)
PIGMENTS = np.array(
    [
        (26, 54, 108),  # Prussian blue, full
        (58, 100, 150),
        (132, 172, 190),
        (38, 40, 50),  # ink
        (122, 122, 118),
        (198, 60, 44),  # vermilion
        (234, 142, 92),
        (238, 180, 172),  # safflower, pale
        (222, 172, 70),  # orpiment
        (244, 224, 170),
        (90, 122, 68),
        (156, 178, 112),
        (116, 78, 54),
        (176, 136, 100),
        (116, 88, 126),
        (251, 246, 235),  # bare paper, the palest
    ],
    np.float32,
)
SKIES = {
    "": (46, 88, 144),
    "夜": (18, 34, 84),
    "夕": (208, 76, 50),
    "空": (58, 118, 172),
    "草": (90, 148, 178),
    "雪": (118, 138, 160),
    "海": (42, 94, 152),
}
LOWS = {"草": (102, 138, 76), "雪": (240, 238, 230), "海": (34, 80, 142)}


def nearest(colours: Rgb) -> Rgb:
    """Of each colour [n, 3] the pigment that looks most like it."""
    # Hue tells pigments apart; the lightness of a print is free.
    weigh = np.array([[0.5, 1.0, 0.6], [0.7, -0.9, 0.6], [0.2, 0.1, -1.1]], np.float32)
    away = ((colours[:, None] - PIGMENTS[None]) @ weigh) ** 2
    return np.asarray(PIGMENTS[away.sum(-1).argmin(1)], np.float32)


def printed(rgba: Rgba) -> Rgba:
    """The drawing in seven pigments, wiped darker towards its foot, with dark outlines."""
    number, palette = regions(rgba, 7)
    inks = 0.25 * palette + 0.75 * nearest(palette)
    drawn = number != 255
    colours = inks[np.minimum(number, len(inks) - 1)]
    down = np.linspace(0, 1, len(rgba), dtype=np.float32)[:, None, None]
    colours = colours * (1 - 0.16 * np.clip(2.2 * down - 1.2, 0, 1))
    outline = max(3, len(rgba) // 60)
    whole = grown(drawn, outline)
    inner = np.asarray(drawn, np.float32)
    line = np.maximum(0.8 * seams(number, 2), whole - 0.999 * inner).clip(0, 1)
    return solid_rgba(blend(np.asarray(colours, np.float32), SUMI, line), np.maximum(whole, inner))


def page(name: str, size: int, rng: random.Random) -> Rgb:
    """The sheet behind the drawing; only unnamed and evening skies may have a red sun."""
    if name in GROUND_COLOURS:
        shade = np.array(GROUND_COLOURS[name], np.float32)
        shade = 0.6 * shade + 0.4 * nearest(shade[None])[0]
        return wiped(np.full((size, size, 3), shade, np.float32), 0.62 * shade, 0.24)
    sheet = np.full((size, size, 3), WASHI, np.float32)
    if name == "夜":
        sheet[:] = (52, 80, 134)
    if name == "夕":
        sheet = wiped(sheet, (243, 186, 116), 1.2)
    sheet = wiped(sheet, SKIES[name], 0.45 if name else 0.22)
    if name:
        for _ in range(2):
            sheet = blend(sheet, WASHI, mist(size, rng) * (0.4 if name == "夜" else 0.75))
    if name in LOWS:
        sheet = low(sheet, name)
    if name == "夜":
        sheet = stars(sheet, rng)
        sheet = blend(sheet, MOON, disc(size, corner(rng), 0.1))
    elif name in ("", "夕") and rng.random() < 0.4:
        sheet = blend(sheet, RED_SUN, disc(size, corner(rng), 0.13))
    return sheet


def wiped(sheet: Rgb, colour: npt.ArrayLike, depth: float) -> Rgb:
    """Bokashi: full colour at the upper edge, nothing below `depth` (of the height)."""
    size = len(sheet)
    share = np.clip(1 - np.linspace(0, 1, size, dtype=np.float32) / depth, 0, 1) ** 1.2
    return blend(sheet, colour, np.repeat(share[:, None], size, 1))


def mist(size: int, rng: random.Random) -> Mask:
    """One band with round ends, as clouds are drawn on screens and prints."""
    image = Image.new("L", (size, size))
    thick, top = max(3, size // 36), rng.uniform(0.1, 0.5) * size
    left = rng.uniform(-0.2, 0.6) * size
    box = (left, top, left + rng.uniform(0.3, 0.6) * size, top + 2 * thick)
    ImageDraw.Draw(image).rounded_rectangle(box, thick, fill=255)
    return np.asarray(np.asarray(image, np.float32) / 255, np.float32)


def stars(sheet: Rgb, rng: random.Random) -> Rgb:
    """A few pale dots in the upper half."""
    size = len(sheet)
    for _ in range(9):
        at = rng.uniform(0.05, 0.95), rng.uniform(0.03, 0.5)
        sheet = blend(sheet, WASHI, disc(size, at, 0.008))
    return sheet


def low(sheet: Rgb, name: str) -> Rgb:
    """Meadow, snow or sea in the lower third, with its edge drawn in ink and waves on the sea."""
    size = len(sheet)
    top = round(0.68 * size)
    depth = np.linspace(1, 0.72, size - top, dtype=np.float32)[:, None, None]
    sheet[top:] = np.array(LOWS[name], np.float32) * depth
    sheet[top : top + max(1, size // 96)] = SUMI
    if name == "海":
        across = np.arange(size)
        for row in range(3):
            height = np.abs(np.sin((across + 19 * row) * 8 * np.pi / size)) * size / 60
            crest = (top + size * (0.05 + 0.09 * row) + height).astype(int)
            for thick in range(max(1, size // 90)):
                sheet[np.minimum(crest + thick, size - 1), across] = (228, 234, 228)
    return sheet


def grained(sheet: Rgb, rng: random.Random) -> Rgb:
    """The plank's grain lies across the print."""
    size = len(sheet)
    wood = uneven(rng.getrandbits(32), size, (size // 3, 3))
    return np.asarray(sheet * (0.96 + 0.04 * wood[..., None]), np.float32)
