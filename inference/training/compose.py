"""Put a drawn thing on a ground: white, a named colour or a small scene."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from inference.training.captions import Shown, Thing, load_things
from inference.training.config import Config, dice
from inference.training.render import load_pictures

Rgba = npt.NDArray[np.uint8]
Rgb = npt.NDArray[np.float32]

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


def place(rgba: Rgba, canvas: Rgb, scale: float, rng: random.Random) -> Rgb:
    """Lay the thing, `scale` times the canvas, near its middle: float32 [size, size, 3] 0..255."""
    size = canvas.shape[0]
    side = round(size * scale)
    # Premultiplied, so that what hides under transparent pixels does not bleed into the edges.
    flat = rgba.astype(np.float32)
    flat[..., :3] *= flat[..., 3:] / 255
    layers = [
        np.asarray(Image.fromarray(flat[..., c]).resize((side, side), Image.Resampling.BOX))
        for c in range(4)
    ]
    thing = np.stack(layers, -1)
    shake = max(0, min(3, (size - side) // 2))
    y, x = ((size - side) // 2 + rng.randint(-shake, shake) for _ in range(2))
    y, x = max(0, y), max(0, x)
    result = canvas.copy()
    part = result[y : y + side, x : x + side]
    part[:] = part * (1 - thing[..., 3:] / 255) + thing[..., :3]
    return result


def compose(rgba: Rgba, thing: Thing, style: int, rng: random.Random) -> tuple[Rgb, Shown]:
    """One random composition of a picture, and what it shows."""
    draw = rng.random()
    name = ""
    if draw > 0.5:
        name = rng.choice(list(GROUND_COLOURS) if draw < 0.75 else SCENES)
    draw = rng.random()
    size, scale = "", rng.uniform(0.84, 0.94)
    if draw < 0.07:
        size, scale = "小さな", rng.uniform(0.45, 0.55)
    colour = ""
    if rng.random() < 0.18:
        colour = rng.choice(PAINTS)
        if colour in HUES and main_hue(rgba) is None:
            colour = ""
        rgba = paint_over(rgba, colour) if colour else rgba
    shown = Shown(thing, style, name, size, colour, "" if colour else colour_word(rgba))
    return place(rgba, ground(name, canvas_size(rgba), rng), scale, rng), shown


def canvas_size(rgba: Rgba) -> int:
    """Pictures are rendered at the size of the canvas."""
    return int(rgba.shape[0])


def compose_all(config: Config) -> None:
    """Write work/compositions.pt: pixels uint8 [n, size, size, 3] and what each shows."""
    path = config.work / "compositions.pt"
    if path.exists():
        return
    rgba, emoji, styles = load_pictures(config.work)
    things = {thing.emoji: thing for thing in load_things(config.work)}
    rng = dice(config.seed)
    pixels: list[Tensor] = []
    shown: list[Shown] = []
    for index, picture in enumerate(rgba):
        for _ in range(config.compositions[styles[index]]):
            made, seen = compose(picture, things[emoji[index]], styles[index], rng)
            pixels.append(torch.from_numpy(made.clip(0, 255).astype(np.uint8)))
            shown.append(seen)
    torch.save({"pixels": torch.stack(pixels), "shown": shown}, path)
    print(f"compose: {len(shown)} compositions", flush=True)


def load_compositions(work: Path) -> tuple[Tensor, list[Shown]]:
    """What compose_all wrote (a file of our own making, hence the full unpickler)."""
    kept = torch.load(work / "compositions.pt", weights_only=False)
    return kept["pixels"], kept["shown"]


def as_input(pixels: Tensor) -> Tensor:
    """Pixels [n, size, size, 3] of 0..255 as a tensor [n, 3, size, size] of -1..1."""
    return (
        pixels.permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last) / 127.5 - 1
    )
