"""What a scene shows, left to chance: who stands where, on which ground, in which colour.

No pixels here: compose.py lays the pictures one by one, batches.py many at once on a GPU.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from inference.training.captions import Shown, Thing
from inference.training.config import STYLES

GROUND_COLOURS: dict[str, tuple[int, int, int]] = {
    "赤": (225, 50, 50),
    "オレンジ": (250, 150, 40),
    "黄": (252, 218, 70),
    "緑": (70, 170, 80),
    "水": (130, 210, 245),
    "青": (45, 95, 215),
    "紫": (140, 75, 190),
    "ピンク": (250, 165, 195),
    "茶": (140, 90, 55),
    "黒": (18, 18, 22),
    "灰": (150, 150, 155),
}
SCENES = ("夜", "夕", "空", "草", "雪", "海")
HUES = {"赤": 0.0, "オレンジ": 0.08, "黄": 0.14, "緑": 0.35, "青": 0.61, "紫": 0.76, "ピンク": 0.92}
PAINTS = (*HUES, "青", "赤", "黒", "白")  # what a thing may be painted over with
# Styles that are made of the first one by procedure (styles/), by their index in STYLE_WORDS.
WATERCOLOUR, WOODBLOCK, CUT_PAPER, INK, PIXELS = range(len(STYLES), len(STYLES) + 5)
MADE = {WATERCOLOUR: 0.06, WOODBLOCK: 0.16, CUT_PAPER: 0.09, INK: 0.08, PIXELS: 0.09}
WIDE = frozenset("🗻")  # what fills the whole width, so that it stands on the lower edge
LANDSCAPES = (*("夜",) * 5, *("夕",) * 2, *("海",) * 2, "空", "草", "雪")  # where it stands
STYLE_WEIGHTS = (4, 1, 1)  # an unstyled prompt gets the first style, so it is learned best
PAIRS = 0.4  # the share of scenes with two different things
STYLED_PAIRS = 0.1  # the same where a style is made by procedure: what it is one thing shows best
# Of all others, the shares with two to four of the same, with one at a side, with a small one.
# What is small is learned last, long after what a single large thing looks like.
COUNTED, ASIDE, SMALL = 0.12, 0.2, 0.08
# How far things stand from where they should, in canvases: a tenth of a latent's width. What stands
# anywhere, in any size, is learned as the average of all of it, and painted with soft edges.
SHAKE = 0.004
SPOTS = {  # where two, three and four things stand
    2: ((0.26, 0.5), (0.74, 0.5)),
    3: ((0.5, 0.27), (0.27, 0.73), (0.73, 0.73)),
    4: ((0.27, 0.27), (0.73, 0.27), (0.27, 0.73), (0.73, 0.73)),
}
CENTRES = {"左": (0.29, 0.5), "右": (0.71, 0.5), "上": (0.5, 0.29), "下": (0.5, 0.71)}


@dataclass(frozen=True)
class Drawn:
    """A picture of a thing, as far as chance must know it.

    own_colour: a key of COLOUR_WORDS or "". tintable: it has a main hue that can be turned.
    """

    thing: Thing
    own_colour: str
    tintable: bool


@dataclass(frozen=True)
class Scene:
    """What is shown; the centres (x, y in 0..1) of each thing; their size in canvases."""

    shown: Shown
    places: tuple[tuple[float, float], ...]
    scale: float


def choose(
    first: Drawn,
    style: int,
    rng: random.Random,
    *,
    other: Thing | None = None,
    plain: bool = False,
) -> Scene:
    """A scene of a picture, with another thing to its right or without.

    plain: only the ground is left to chance.
    """
    draw = rng.random()
    ground = ""
    if draw > 0.5 and style != WATERCOLOUR:  # which is on white paper
        landscape = LANDSCAPES if first.thing.emoji in WIDE else SCENES
        plain_ground = draw < (0.58 if first.thing.emoji in WIDE else 0.77)
        ground = rng.choice(list(GROUND_COLOURS) if plain_ground else landscape)
    draw = 1.0 if other or plain else rng.random()
    shown = Shown(first.thing, style, ground)
    places, scale = [(0.5, 0.5)], rng.uniform(0.89, 0.91)
    if first.thing.emoji in WIDE:
        scale = 1.0
    if other:
        places, scale = list(SPOTS[2]), 0.48  # what stands side by side cannot be larger
        shown = replace(shown, other=other)
    elif draw < COUNTED:
        count = rng.choice((2, 2, 3, 3, 4))
        places, scale = list(SPOTS[count]), 0.48 if count == 2 else 0.46
        shown = replace(shown, count=count)
    elif draw < COUNTED + ASIDE:
        side = rng.choice(list(CENTRES))
        places, scale = [CENTRES[side]], rng.uniform(0.54, 0.56)
        shown = replace(shown, place=side)
    elif draw < COUNTED + ASIDE + SMALL:
        scale = rng.uniform(0.49, 0.51)
        shown = replace(shown, size="小さな")
    if not other and not plain and style <= WATERCOLOUR and rng.random() < 0.22:
        colour = rng.choice(PAINTS)
        if colour not in HUES or first.tintable:
            shown = replace(shown, colour=colour)
    if not shown.colour:
        shown = replace(shown, own_colour=first.own_colour)
    shaken = [(x + rng.uniform(-SHAKE, SHAKE), y + rng.uniform(-SHAKE, SHAKE)) for x, y in places]
    return Scene(shown, tuple(shaken), scale)


class Lots:
    """Which picture comes next, and whether another one stands beside it."""

    def __init__(self, emoji: Sequence[str], styles: Sequence[int], known: Sequence[Thing]) -> None:
        """emoji, styles: of every picture, by its index."""
        things = {thing.emoji: thing for thing in known}
        self._emoji, self._styles = emoji, styles
        self._things = [things[name] for name in emoji]
        self._often = [
            thing.weight * STYLE_WEIGHTS[style]
            for thing, style in zip(self._things, styles, strict=True)
        ]
        self._alike = {s: [i for i, style in enumerate(styles) if style == s] for s in set(styles)}

    def thing(self, index: int) -> Thing:
        """What a picture shows."""
        return self._things[index]

    def draw(self, rng: random.Random) -> tuple[int, int, int | None]:
        """The index of a picture, the style to show it in, and perhaps that of another."""
        (index,) = rng.choices(range(len(self._emoji)), self._often)
        usual = style = self._styles[index]
        second = None
        if style == 0:
            made = rng.random()
            for candidate, share in MADE.items():
                if made < share:
                    style = candidate
                    break
                made -= share
        if rng.random() < (STYLED_PAIRS if style > WATERCOLOUR else PAIRS):
            other = rng.choice(self._alike[usual])
            second = other if self._emoji[other] != self._emoji[index] else None
        return index, style, second
