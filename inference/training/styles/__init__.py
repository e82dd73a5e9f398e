"""Styles that are made of the usual drawings by procedure, each by its index in STYLE_WORDS.

What a thing becomes costs some tens of milliseconds and is always the same, so that it can be kept
(../shelf.py); grounds and finish are cheap.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from inference.training.grounds import Rgb, Rgba, ground
from inference.training.scenes import CUT_PAPER, INK, PIXELS, WATERCOLOUR, WOODBLOCK
from inference.training.styles import dots, ink, paper, watercolour, woodblock


def as_it_is(rgba: Rgba) -> Rgba:
    """The drawing itself."""
    return rgba


def finished(page: Rgb, rng: random.Random) -> Rgb:
    """The page itself."""
    return page


@dataclass(frozen=True)
class Look:
    """What makes a style of drawings uint8 [s, s, 4], and of grounds by name; how it is finished.

    Pages are float32 [size, size, 3] of 0..255.
    """

    thing: Callable[[Rgba], Rgba] = as_it_is
    ground: Callable[[str, int, random.Random], Rgb] = ground
    finish: Callable[[Rgb, random.Random], Rgb] = finished


USUAL = Look()
LOOKS = {
    WATERCOLOUR: Look(finish=watercolour.wash),
    WOODBLOCK: Look(woodblock.printed, woodblock.page, woodblock.grained),
    CUT_PAPER: Look(paper.cut, paper.page, paper.fibrous),
    INK: Look(ink.brushed, ink.page, ink.sealed),
    PIXELS: Look(dots.sprite, dots.page, dots.coarse),
}


def look_of(style: int) -> Look:
    """The look of a style; that of an icon set is the usual one."""
    return LOOKS.get(style, USUAL)
