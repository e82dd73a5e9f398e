"""Put a drawn thing on a ground: white, a named colour or a small scene."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageFilter
from torch import Tensor
from tqdm import tqdm  # type: ignore[import-untyped]

from inference.training.captions import Shown, Thing, load_things
from inference.training.config import Config, dice
from inference.training.render import load_pictures
from inference.training.scenes import GROUND_COLOURS, HUES, WATERCOLOUR, Drawn, Lots, choose
from inference.training.thumbnails import thumbnails

Rgba = npt.NDArray[np.uint8]
Rgb = npt.NDArray[np.float32]


def ground(name: str, size: int, rng: random.Random) -> Rgb:
    """A ground as float32 [size, size, 3] in 0..255; an empty name is white."""
    if not name:
        return np.full((size, size, 3), 255.0, np.float32)
    if name in GROUND_COLOURS:
        shade = np.array(GROUND_COLOURS[name], np.float32)
        return np.clip(np.full((size, size, 3), shade) + rng.uniform(-8, 8), 0, 255)
    return _scene(name, size, rng)


def _scene(name: str, size: int, rng: random.Random) -> Rgb:
    """A few broad strokes that a small model can learn: bands of colour, stars, snow."""
    down = np.linspace(0, 1, size, dtype=np.float32)[:, None, None]
    picture = np.ones((size, size, 3), np.float32)
    bands = {
        "夜": ((12, 18, 62), (38, 48, 110)),
        "夕": ((235, 95, 60), (255, 205, 110)),
        "空": ((95, 180, 250), (190, 228, 255)),
        "草": ((150, 212, 252), (205, 236, 255)),
        "雪": ((165, 195, 225), (225, 236, 246)),
        "海": ((170, 222, 255), (220, 242, 255)),
    }
    top, bottom = (np.array(c, np.float32) for c in bands[name])
    picture *= top * (1 - down) + bottom * down
    if name in {"草", "雪", "海"}:
        low = {"草": (110, 190, 70), "雪": (250, 252, 255), "海": (40, 120, 205)}[name]
        picture[int(size * 0.66) :] = low
    if name in {"夜", "雪"}:
        dot = max(1, size // 48)
        for _ in range(14):
            y, x = rng.randrange(size - dot), rng.randrange(size - dot)
            picture[y : y + dot, x : x + dot] = (255, 250, 205) if name == "夜" else 255
    return picture


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
    shown = scene.shown
    if shown.colour:
        rgba = paint_over(rgba, shown.colour)
    canvas = ground(shown.ground, canvas_size(rgba), rng)
    pictures = [rgba, second[0]] if second else [rgba] * len(scene.places)
    for picture, centre in zip(pictures, scene.places, strict=True):
        canvas = place(picture, canvas, scene.scale, centre)
    return (watercolour(canvas, rng) if style == WATERCOLOUR else canvas), shown


def watercolour(picture: Rgb, rng: random.Random) -> Rgb:
    """Thin paint: paler, soft at the edges, and washed unevenly as wet paper does."""
    size = picture.shape[0]
    noise = np.random.default_rng(rng.getrandbits(32)).random((6, 6), np.float32)
    wash = np.asarray(Image.fromarray(noise).resize((size, size), Image.Resampling.BICUBIC))
    soft = Image.fromarray(picture.clip(0, 255).astype(np.uint8))
    soft = soft.filter(ImageFilter.GaussianBlur(size / 110))
    thickness = (0.38 + 0.3 * wash[..., None]).astype(np.float32)
    pale: Rgb = 255 - (255 - np.asarray(soft, np.float32)) * thickness
    return pale


def canvas_size(rgba: Rgba) -> int:
    """Pictures are rendered at the size of the canvas."""
    return int(rgba.shape[0])


def random_scenes(
    config: Config, seed: float, side: int | None = None
) -> Iterator[tuple[Tensor, Shown]]:
    """Endless compositions: pixels uint8 [side, side, 3] and what they show."""
    rgba, emoji, styles = load_pictures(config.work)
    if side:
        rgba = np.stack([shrunk(picture, side) for picture in rgba])
    lots = Lots(emoji, styles, load_things(config.work))
    rng = dice(seed)
    while True:
        index, style, other = lots.draw(rng)
        second = None if other is None else (rgba[other], lots.thing(other))
        made, shown = compose(rgba[index], lots.thing(index), style, rng, second)
        yield torch.from_numpy(made.clip(0, 255).astype(np.uint8)), shown


def compose_all(config: Config) -> None:
    """Write work/compositions.pt: thumbnails float32 [n, 4, s/8, s/8] and what each shows."""
    path = config.work / "compositions.pt"
    if path.exists():
        return
    scenes = random_scenes(config, config.seed)
    small: list[Tensor] = []
    shown: list[Shown] = []
    for made, seen in tqdm(islice(scenes, config.compositions), "compose", config.compositions):
        small.append(thumbnails(as_input(made[None]))[0])
        shown.append(seen)
    torch.save({"thumbnails": torch.stack(small), "shown": shown}, path)


def load_compositions(work: Path) -> tuple[Tensor, list[Shown]]:
    """What compose_all wrote (a file of our own making, hence the full unpickler)."""
    kept = torch.load(work / "compositions.pt", weights_only=False)
    return kept["thumbnails"], kept["shown"]


def as_input(pixels: Tensor) -> Tensor:
    """Pixels [n, size, size, 3] of 0..255 as a tensor [n, 3, size, size] of -1..1."""
    return (
        pixels.permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last) / 127.5 - 1
    )
