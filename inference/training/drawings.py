"""Things that we draw ourselves: no icon set has them, or each draws something else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from inference.training.grounds import Rgba

FINE = 4  # drawn so many times larger, then made smaller: smooth edges
# By style, as config.STYLES: body in the light and in the shade, snow in the light and in the shade
FUJI_COLOURS = (
    ((66, 112, 184), (46, 82, 150), (252, 253, 255), (212, 226, 244)),
    ((74, 122, 190), (74, 122, 190), (255, 255, 255), (255, 255, 255)),
    ((92, 122, 204), (56, 72, 156), (255, 255, 255), (196, 212, 248)),
)


def smaller(large: Rgba, size: int) -> Rgba:
    """A drawing made smaller, with smooth edges."""
    image = Image.fromarray(large, "RGBA").convert("RGBa")
    return np.asarray(image.resize((size, size), Image.Resampling.BOX).convert("RGBA"))


def fuji(size: int, style: int) -> Rgba:
    """富士山: one wide cone on the lower edge, concave flanks, snow down to a ragged line."""
    light, shade, snow, dim = FUJI_COLOURS[style]
    side = size * FINE
    x = np.linspace(-1, 1, side, dtype=np.float32)[None]
    y = np.linspace(0, 1, side, dtype=np.float32)[:, None]
    flat, top = 0.13, 0.3  # half of the crater's width; the height at which it lies
    out = np.clip(np.abs(x) - flat, 0, None) / (1 - flat)
    flank = top + (1 - top) * (1 - np.exp(-1.7 * out)) / (1 - np.exp(-1.7))
    flank = flank + (out == 0) * 0.012 * np.cos(x * 48)
    inside = y >= flank
    teeth = np.abs(((x * 4.5 + 0.25) % 1) * 2 - 1)
    white = inside & (y < 0.5 + 0.16 * teeth * (0.8 + 0.2 * np.sin(17 * x)))
    edge = inside & (y < flank + 0.02) & white  # or snow would be lost on a white ground
    dark = inside & (x > 0.03 + 0.3 * (y - top) + 0.025 * np.sin(38 * y))
    picture = np.zeros((side, side, 4), np.uint8)
    for where, colour in (
        (inside, light),
        (dark, shade),
        (white, snow),
        (white & dark, dim),
        (edge, dim),
    ):
        picture[where] = (*colour, 255)
    return smaller(picture, size)


def kagamimochi(size: int, style: int) -> Rgba:
    """鏡餅: two round cakes of rice on a wooden stand, a bitter orange with its leaf on top."""
    side = size * FINE
    image = Image.new("RGBA", (side, side))
    pen = ImageDraw.Draw(image)

    def box(left: float, top: float, right: float, low: float) -> list[float]:
        return [side * share for share in (left, top, right, low)]

    line, thick = (150, 140, 132, 255), side // 90
    pen.rectangle(box(0.22, 0.8, 0.78, 0.97), fill=(206, 150, 92, 255))
    pen.ellipse(box(0.44, 0.84, 0.56, 0.94), fill=(120, 78, 44, 255))
    pen.rectangle(box(0.1, 0.74, 0.9, 0.82), fill=(230, 178, 118, 255))
    pen.polygon([(side * u, side * v) for u, v in ((0.3, 0.73), (0.7, 0.73), (0.5, 0.99))],
                fill=(252, 252, 250, 255), outline=(206, 54, 44, 255))  # fmt: skip
    pen.ellipse(box(0.13, 0.46, 0.87, 0.77), fill=(253, 250, 244, 255), outline=line, width=thick)
    pen.ellipse(box(0.23, 0.26, 0.77, 0.53), fill=(255, 253, 248, 255), outline=line, width=thick)
    pen.ellipse(box(0.36, 0.06, 0.64, 0.33), fill=((244, 146, 40), (244, 140, 34),
                (250, 156, 52))[style] + (255,))  # fmt: skip
    pen.polygon([(side * u, side * v) for u, v in ((0.5, 0.09), (0.62, 0.0), (0.76, 0.04),
                (0.64, 0.11))], fill=(76, 142, 66, 255))  # fmt: skip
    return smaller(np.asarray(image), size)


OWN: dict[str, Callable[[int, int], Rgba]] = {"🗻": fuji, "鏡餅": kagamimochi}
