"""Put a drawn thing on a ground: white, a named colour or a small scene."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from inference.training.captions import Shown, Thing
from inference.training.grounds import Rgb, Rgba
from inference.training.scenes import HUES, Drawn, Scene, choose
from inference.training.styles import look_of


def main_hue(rgba: Rgba) -> float | None:
    """The hue (0..1) that most of a picture's colourful pixels share, or None."""
    hsv = _hsv(rgba)
    solid = rgba[..., 3] > 128
    vivid = solid & (hsv[..., 1] > 0.35) & (hsv[..., 2] > 0.3)
    if vivid.sum() < 0.45 * solid.sum():
        return None
    histogram, _ = np.histogram(hsv[..., 0][vivid], bins=24, range=(0, 1))
    around = histogram + np.roll(histogram, 1) + np.roll(histogram, -1)
    best = int(around.argmax())
    if around[best] < 0.62 * vivid.sum():
        return None
    # The mean of the three winning bins, as an angle: red lies on both sides of zero.
    near = _distance(hsv[..., 0], (best + 0.5) / 24) < 1.5 / 24
    angle = np.angle(np.exp(2j * np.pi * hsv[..., 0][vivid & near]).mean()) / (2 * np.pi)
    return float(angle % 1)


def _hsv(rgba: Rgba) -> Rgb:
    """Hue, saturation and value, float32 [size, size, 3] of 0..1."""
    turned = np.array(Image.fromarray(rgba[..., :3]).convert("HSV"), np.float32)
    turned /= 255
    return turned


def _distance(hue: npt.ArrayLike, centre: float) -> Rgb:
    """How far hues are from another, round the circle: 0 to 0.5."""
    away: Rgb = np.abs((np.asarray(hue, np.float32) - np.float32(centre) + 0.5) % 1 - 0.5)
    return away


def colour_word(rgba: Rgba) -> str:
    """The colour that a picture has by nature, as a key of COLOUR_WORDS, or ""."""
    hue = main_hue(rgba)
    if hue is None:
        return ""
    hsv = _hsv(rgba)
    own = (rgba[..., 3] > 128) & (_distance(hsv[..., 0], hue) < 0.06)
    value = float(np.median(hsv[..., 2][own]))
    if 0.02 < hue < 0.11 and value < 0.78:
        return "茶"
    if 0.47 < hue < 0.57 and value > 0.6:
        return "水"
    return min(HUES, key=lambda name: float(_distance(hue, HUES[name])))


def paint_over(rgba: Rgba, colour: str) -> Rgba:
    """The picture in another colour: its main hue is turned, or all of it made black or white."""
    hsv = _hsv(rgba)
    if colour in {"黒", "白"}:
        hsv[..., 1] *= 0.12
        grey = hsv[..., 2]
        hsv[..., 2] = grey * 0.3 if colour == "黒" else 0.55 + 0.45 * grey
    else:
        hue = main_hue(rgba)
        if hue is None:
            return rgba
        near = _distance(hsv[..., 0], hue) < 0.11
        hsv[..., 0] = np.where(near, (hsv[..., 0] - hue + HUES[colour]) % 1, hsv[..., 0])
        hsv[..., 1] = np.where(near, np.minimum(1, hsv[..., 1] * 1.15), hsv[..., 1])
    turned = np.asarray(Image.fromarray((hsv * 255).astype(np.uint8), "HSV").convert("RGB"))
    return np.concatenate([turned, rgba[..., 3:]], -1)


def shrunk(rgba: Rgba, side: int) -> Rgba:
    """A picture at another size, without bleeding from what transparent pixels hide."""
    image = Image.fromarray(rgba, "RGBA").convert("RGBa").resize((side, side), Image.Resampling.BOX)
    return np.asarray(image.convert("RGBA"))


def place(rgba: Rgba, canvas: Rgb, scale: float, centre: tuple[float, float]) -> Rgb:
    """Lay the thing, `scale` times the canvas, at a centre (x, y in 0..1): float32 in 0..255."""
    size = canvas.shape[0]
    side = round(size * scale)
    # Premultiplied, so that what hides under transparent pixels does not bleed into the edges.
    flat = Image.fromarray(rgba, "RGBA").convert("RGBa").resize((side, side), Image.Resampling.BOX)
    thing = np.asarray(flat, np.float32)
    x, y = (min(max(0, round(c * size - side / 2)), size - side) for c in centre)
    result = canvas.copy()
    part = result[y : y + side, x : x + side]
    part[:] = part * (1 - thing[..., 3:] / 255) + thing[..., :3]
    return result


def compose(
    rgba: Rgba,
    thing: Thing,
    style: int,
    rng: random.Random,
    second: tuple[Rgba, Thing] | None = None,
    *,
    plain: bool = False,
) -> tuple[Rgb, Shown]:
    """One random composition of a picture, alone or with a second one, and what it shows.

    plain: only the ground is left to chance.
    """
    first = Drawn(thing, colour_word(rgba), main_hue(rgba) is not None)
    scene = choose(first, style, rng, other=second[1] if second else None, plain=plain)
    look, colour = look_of(style), scene.shown.colour
    pictures = [look.thing(paint_over(rgba, colour) if colour else rgba)]
    if second:
        pictures.append(look.thing(second[0]))
    canvas = look.ground(scene.shown.ground, int(rgba.shape[0]), rng)
    return look.finish(lay(scene, pictures, canvas), rng), scene.shown


def lay(scene: Scene, pictures: list[Rgba], canvas: Rgb) -> Rgb:
    """The scene's things on a ground: float32 [size, size, 3] in 0..255.

    pictures: the thing, and the other one where there is one; both in the scene's style.
    """
    if len(pictures) == 1:
        pictures = pictures * len(scene.places)
    for picture, centre in zip(pictures, scene.places, strict=True):
        canvas = place(picture, canvas, scene.scale, centre)
    return canvas


def as_input(pixels: Tensor) -> Tensor:
    """Pixels [n, size, size, 3] of 0..255 as a tensor [n, 3, size, size] of -1..1."""
    return (
        pixels.permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last) / 127.5 - 1
    )
