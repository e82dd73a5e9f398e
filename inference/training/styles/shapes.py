"""What the styles share: regions of one colour, their seams and rims, uneven shades, discs."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from inference.training.grounds import Rgb, Rgba

Mask = npt.NDArray[np.float32]  # [s, s] of 0..1
Index = npt.NDArray[np.uint8]


def regions(rgba: Rgba, colours: int) -> tuple[Index, Rgb]:
    """The drawing in a few flat colours: the colour's number [s, s], and the colours [n, 3].

    Where nothing is drawn the number is 255.
    """
    solid = rgba[..., 3] > 127
    smooth = Image.fromarray(rgba[..., :3]).filter(ImageFilter.MedianFilter(5))
    shades = np.asarray(smooth).copy()
    if solid.any():  # what hides under transparent pixels must not take one of the colours
        shades[~solid] = np.median(shades[solid], axis=0)
    few = Image.fromarray(shades).quantize(
        colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    palette = np.array(few.getpalette(), np.float32).reshape(-1, 3)[:colours]
    number = np.asarray(Image.fromarray(np.asarray(few)).filter(ImageFilter.ModeFilter(5))).copy()
    number[~solid] = 255
    return number, palette


def seams(number: Index, width: int) -> Mask:
    """1 where two regions meet or the drawing ends, `width` pixels wide and softened."""
    apart = np.zeros(number.shape, np.uint8)
    apart[1:] |= number[1:] != number[:-1]
    apart[:, 1:] |= number[:, 1:] != number[:, :-1]
    line = Image.fromarray(apart * 255).filter(ImageFilter.MaxFilter(width | 1))
    return soft(line, 0.7)


def grown(mask: npt.NDArray[np.bool_], width: int) -> Mask:
    """The mask, larger by half of `width` pixels on every side, with a soft edge."""
    wide = Image.fromarray(mask.astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(width | 1))
    return soft(wide, 0.6)


def soft(image: Image.Image, radius: float) -> Mask:
    """A grey image, blurred, as 0..1."""
    blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float32)
    return np.asarray(blurred / 255, np.float32)


def blurred(mask: npt.NDArray[np.floating[Any]], radius: float) -> Mask:
    """A mask of 0..1, blurred."""
    return soft(Image.fromarray((mask.clip(0, 1) * 255).astype(np.uint8)), radius)


def uneven(seed: int, size: int, cells: tuple[int, int]) -> Mask:
    """Random shades of 0..1, smooth between so many cells (down, across)."""
    coarse = np.random.default_rng(seed).random(cells, np.float32)
    fine = Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(fine, np.float32).clip(0, 1)  # between cells bicubic overshoots


def disc(size: int, centre: tuple[float, float], radius: float) -> Mask:
    """A disc with a smooth edge; centre and radius in canvases."""
    large = Image.new("L", (3 * size, 3 * size))
    (x, y), side = centre, 3 * size
    box = [side * share for share in (x - radius, y - radius, x + radius, y + radius)]
    ImageDraw.Draw(large).ellipse(box, fill=255)
    small = large.resize((size, size), Image.Resampling.BOX)
    return np.asarray(np.asarray(small, np.float32) / 255, np.float32)


def blend(below: Rgb, above: npt.ArrayLike, share: Mask) -> Rgb:
    """`above` laid over a page with a share of 0..1 a pixel."""
    part = share[..., None]
    return np.asarray(below * (1 - part) + np.asarray(above, np.float32) * part, np.float32)


def corner(rng: random.Random) -> tuple[float, float]:
    """Where in the sky a sun or a moon stands: at the upper left or right."""
    return rng.choice((0.2, 0.8)) + rng.uniform(-0.03, 0.03), rng.uniform(0.15, 0.2)


def solid_rgba(colours: Rgb, alpha: Mask) -> Rgba:
    """Colours [s, s, 3] of 0..255 and an alpha of 0..1 as a drawing."""
    stacked = np.concatenate([colours, alpha[..., None] * 255], -1)
    return stacked.clip(0, 255).astype(np.uint8)
