"""水墨画: ink of all greys on paper, a dry brush, hills in the haze and a red seal."""

from __future__ import annotations

import random

import numpy as np

from inference.training.grounds import Rgb, Rgba
from inference.training.scenes import GROUND_COLOURS
from inference.training.styles.shapes import (
    Mask,
    blend,
    blurred,
    corner,
    disc,
    grown,
    regions,
    seams,
    solid_rgba,
    uneven,
)

RICE_PAPER, BLACK, SEAL = (247, 243, 232), (22, 22, 28), (188, 44, 36)


def brushed(rgba: Rgba) -> Rgba:
    """Washes as dark as the drawing is, full ink where it is dark, brush lines between."""
    number, _ = regions(rgba, 6)
    size, drawn = len(rgba), number != 255
    light = rgba[..., :3].astype(np.float32) @ np.array([0.3, 0.59, 0.11], np.float32)
    body = np.asarray(drawn, np.float32)
    pale = blurred((1 - light / 255) ** 1.6 * 0.55 * body, size / 60)
    full = blurred(np.clip((150 - light) / 110, 0, 1) * body, size / 160)
    seed = int(drawn.sum())  # the same drawing is always brushed in the same way
    dry = np.clip(1.9 * uneven(seed, size, (size // 3, 10)), 0.25, 1)
    whole = grown(drawn, max(3, size // 36))
    line = np.maximum(0.8 * seams(number, 3), whole - body).clip(0, 1)
    line = line * np.clip(1.8 * uneven(seed + 1, size, (9, 9)), 0.45, 1)
    ink = np.maximum(np.maximum(pale, 0.85 * full * dry), line).clip(0, 1)
    return solid_rgba(inked(ink.astype(np.float32)), np.maximum(whole, body))


def inked(ink: Mask, sheet: Rgb | None = None) -> Rgb:
    """So much ink (0..1) on a sheet, or on bare paper."""
    bare = np.full((*ink.shape, 3), RICE_PAPER, np.float32) if sheet is None else sheet
    return blend(bare, BLACK, ink)


def page(name: str, size: int, rng: random.Random) -> Rgb:
    """Paper, tinted where a colour is named; a washed sky, hills, a moon at night."""
    sheet = np.full((size, size, 3), RICE_PAPER, np.float32)
    if name in GROUND_COLOURS:
        tint = np.full((size, size), 0.55, np.float32)
        return blend(sheet, GROUND_COLOURS[name], tint)
    down = np.linspace(0, 1, size, dtype=np.float32)[:, None]
    sky = 0.6 * (1 - 0.5 * down) if name == "夜" else 0.17 * (1 - down) * bool(name)
    ink = np.repeat(np.asarray(sky, np.float32), size, 1)
    if name in ("", "草", "海", "雪"):
        across = np.linspace(0, 1, size, dtype=np.float32)[None]
        for near in range(2):
            ridge = 0.79 + 0.08 * near - 0.1 * np.exp(-(((across - rng.random()) / 0.25) ** 2))
            haze = (0.14 + 0.1 * near) * np.clip(1.6 - 7 * (down - ridge), 0, 1)
            ink = np.maximum(ink, (down > ridge) * haze)
    if name == "夜":
        ink = ink * (1 - disc(size, corner(rng), 0.1))
    wet = 0.8 + 0.35 * uneven(rng.getrandbits(32), size, (7, 7))
    return inked(np.asarray(ink * wet, np.float32).clip(0, 1), sheet)


def sealed(sheet: Rgb, rng: random.Random) -> Rgb:
    """The red seal at the lower right, with a pale stroke in it."""
    size = len(sheet)
    side, edge = size // 12, size - size // 18
    sheet[edge - side : edge, edge - side : edge] = SEAL
    middle, stroke = edge - side // 2, max(1, size // 96)
    sheet[edge - 3 * side // 4 : edge - side // 4, middle : middle + stroke] = RICE_PAPER
    return sheet
