"""Six things drawn here, so that every stage can run without the network."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from inference.training.captions import load_things
from inference.training.config import STYLES, Config
from inference.training.render import save_pictures

COLOURS = ((220, 30, 30), (40, 80, 220))


def draw(shape: int, colour: tuple[int, int, int], size: int) -> npt.NDArray[np.uint8]:
    """A disc (0), a square (1) or a cross (2) on nothing, uint8 [size, size, 4]."""
    picture = Image.new("RGBA", (size, size))
    pen, low, high = ImageDraw.Draw(picture), size // 8, size - size // 8 - 1
    if shape == 0:
        pen.ellipse((low, low, high, high), fill=(*colour, 255))
    elif shape == 1:
        pen.rectangle((low, low, high, high), fill=(*colour, 255))
    else:
        third = (high - low) // 3
        pen.rectangle((low + third, low, high - third, high), fill=(*colour, 255))
        pen.rectangle((low, low + third, high, high - third), fill=(*colour, 255))
    return np.asarray(picture)


def render_toys(config: Config) -> None:
    """Leave work/pictures.npz as the render stage does: six things in every style."""
    if (config.work / "pictures.npz").exists():
        return
    things = load_things(config.work)[:6]
    rgba, emoji, styles = [], [], []
    for style in range(len(STYLES)):
        for i, thing in enumerate(things):
            rgba.append(draw(i % 3, COLOURS[i // 3], config.size))
            emoji.append(thing.emoji)
            styles.append(style)
    save_pictures(config.work, np.stack(rgba), emoji, styles)
