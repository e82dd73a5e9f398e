"""How a painted picture gets the size that its purpose needs."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from bot.composition.formats import FORMATS, Format
from bot.prompt.options.media import Purpose

_STAMP_MARGIN = 10  # pixels
_CIRCLE = 0.94  # of the circle's radius, within which a subject stays
_PLAIN = 14  # levels of 255 by which the pixels along the edge may differ from their median
_NEAR = 30  # levels by which the ground may differ from it


def fit_purpose(image: Image.Image, purpose: Purpose) -> Image.Image:
    """Return the picture in the size that its purpose needs; as it is if that needs none."""
    wanted = FORMATS.get(purpose)
    if wanted is None:
        return image
    if wanted.how == "stamp":
        return _stamp(image, wanted)
    if wanted.how == "circle":
        return _within_circle(image, wanted.width)
    size = (wanted.width, wanted.height)
    if wanted.turns and image.width > image.height:
        size = (wanted.height, wanted.width)
    return _cover(image, size)


def _cover(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale with Lanczos until the size is filled, and cut off what is beyond it."""
    scale = max(size[0] / image.width, size[1] / image.height)
    width, height = size[0] / scale, size[1] / scale
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (left, top, left + width, top + height)
    return image.resize(size, Image.Resampling.LANCZOS, box=box)


def _stamp(image: Image.Image, wanted: Format) -> Image.Image:
    """Stand the picture on a transparent ground, without its own ground where that is plain."""
    image = image.convert("RGB")
    cut = _without_plain_ground(image)
    if cut is None:
        cut = image.convert("RGBA")
    elif (box := cut.getchannel("A").getbbox()) is not None:
        cut = cut.crop(box)
    room = (wanted.width - 2 * _STAMP_MARGIN, wanted.height - 2 * _STAMP_MARGIN)
    scale = min(room[0] / cut.width, room[1] / cut.height)
    size = (max(1, round(cut.width * scale)), max(1, round(cut.height * scale)))
    stamp = Image.new("RGBA", (wanted.width, wanted.height), (255, 255, 255, 0))
    place = ((wanted.width - size[0]) // 2, (wanted.height - size[1]) // 2)
    stamp.paste(cut.resize(size, Image.Resampling.LANCZOS), place)
    return stamp


def _within_circle(image: Image.Image, side: int) -> Image.Image:
    """Return a square in whose circle the subject stands whole, if its ground is plain.

    What fills the picture to its edges stays as it is: a circle of it is a picture as well.
    """
    image = image.convert("RGB")
    cut = _without_plain_ground(image)
    if cut is None:
        return _cover(image, (side, side))
    rows, columns = np.nonzero(np.asarray(cut.getchannel("A")) > 0)
    x, y = (columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2
    radius = np.hypot(columns + 0.5 - x, rows + 0.5 - y).max() + 1
    scale = min(side / max(image.size), _CIRCLE * side / 2 / radius)
    size = (max(1, round(cut.width * scale)), max(1, round(cut.height * scale)))
    icon = Image.new("RGB", (side, side), tuple(int(value) for value in _edge_colour(image)))
    subject = cut.resize(size, Image.Resampling.LANCZOS)
    icon.paste(subject, (round(side / 2 - x * scale), round(side / 2 - y * scale)), subject)
    return icon


def _edge_pixels(image: Image.Image) -> np.ndarray:
    pixels = np.asarray(image, np.int16)
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def _edge_colour(image: Image.Image) -> np.ndarray:
    return np.asarray(np.median(_edge_pixels(image), axis=0))


def _without_plain_ground(image: Image.Image) -> Image.Image | None:
    """Return the picture with a transparent ground, or None if its edges are not of one colour.

    Only what is connected with an edge becomes transparent: white eyes stay white.
    """
    pixels = np.asarray(image, np.int16)
    edge, colour = _edge_pixels(image), _edge_colour(image)
    if np.percentile(np.abs(edge - colour).max(axis=1), 90) > _PLAIN:
        return None
    near = (np.abs(pixels - colour).max(axis=2) < _NEAR).astype(np.uint8) * 255
    framed = Image.new("L", (image.width + 2, image.height + 2), 255)
    framed.paste(Image.fromarray(near), (1, 1))
    ImageDraw.floodfill(framed, (0, 0), 128)
    inside = framed.crop((1, 1, image.width + 1, image.height + 1))
    mask = inside.point([255] * 128 + [0] + [255] * 127)
    if not mask.getbbox():
        return None
    cut = image.convert("RGBA")
    cut.putalpha(mask.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.GaussianBlur(0.8)))
    return cut
