"""Endless scenes: rendered pictures, and what styles make of them, kept once they were needed."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm  # type: ignore[import-untyped]

from inference.training.captions import Shown, load_things
from inference.training.compose import as_input, colour_word, lay, main_hue, paint_over, shrunk
from inference.training.config import Config, dice
from inference.training.grounds import Rgb, Rgba
from inference.training.render import load_pictures
from inference.training.scenes import Drawn, Lots, Scene, choose
from inference.training.styles import look_of
from inference.training.thumbnails import thumbnails

# Of each ground in each style that are kept: few, since stars that are anywhere are never learned.
VARIANTS = 3


class Shelf:
    """The pictures of a run, by their index."""

    def __init__(self, rgba: Sequence[Rgba] | Rgba, lots: Lots, rng: random.Random) -> None:
        self._rgba, self._lots, self._rng = rgba, lots, rng
        self._size = int(rgba[0].shape[0])
        self._drawn: dict[int, Drawn] = {}
        self._things: dict[tuple[int, int], Rgba] = {}
        self._grounds: dict[tuple[int, str], list[Rgb]] = {}

    def drawn(self, index: int) -> Drawn:
        """What chance must know of a picture."""
        if index not in self._drawn:
            rgba = self._rgba[index]
            hue = main_hue(rgba)
            self._drawn[index] = Drawn(self._lots.thing(index), colour_word(rgba), hue is not None)
        return self._drawn[index]

    def thing(self, index: int, style: int, colour: str = "") -> Rgba:
        """A picture in a style and perhaps in another colour."""
        if colour:  # seldom the same again
            return look_of(style).thing(paint_over(self._rgba[index], colour))
        if (index, style) not in self._things:
            self._things[index, style] = look_of(style).thing(self._rgba[index])
        return self._things[index, style]

    def ground(self, style: int, name: str) -> Rgb:
        """One of a few grounds of a style, to be drawn on."""
        kept = self._grounds.setdefault((style, name), [])
        if len(kept) < VARIANTS:
            kept.append(look_of(style).ground(name, self._size, self._rng))
        return self._rng.choice(kept).copy()

    def scene(self) -> tuple[int, int | None, Scene]:
        """The index of a picture, perhaps that of another, and the scene that shows them."""
        index, style, other = self._lots.draw(self._rng)
        beside = None if other is None else self._lots.thing(other)
        return index, other, choose(self.drawn(index), style, self._rng, other=beside)

    def compose(self, index: int, other: int | None, scene: Scene) -> Rgb:
        """The pixels of a scene, float32 [size, size, 3] in 0..255."""
        shown = scene.shown
        pictures = [self.thing(index, shown.style, shown.colour)]
        if other is not None:
            pictures.append(self.thing(other, shown.style))
        page = lay(scene, pictures, self.ground(shown.style, shown.ground))
        return look_of(shown.style).finish(page, self._rng)


def random_scenes(
    config: Config, seed: float, side: int | None = None
) -> Iterator[tuple[Tensor, Shown]]:
    """Endless compositions: pixels uint8 [side, side, 3] and what they show."""
    rgba, emoji, styles = load_pictures(config.work)
    if side:
        rgba = np.stack([shrunk(picture, side) for picture in rgba])
    shelf = Shelf(rgba, Lots(emoji, styles, load_things(config.work)), dice(seed))
    while True:
        index, other, scene = shelf.scene()
        made = shelf.compose(index, other, scene)
        yield torch.from_numpy(made.clip(0, 255).astype(np.uint8)), scene.shown


def compose_all(config: Config) -> None:
    """Write work/compositions.pt: thumbnails float32 [n, 4, s/8, s/8] and what each shows."""
    path = config.work / "compositions.pt"
    if path.exists():
        return
    count = config.processes
    shares = [(config, nth, len(range(nth, config.compositions, count))) for nth in range(count)]
    if count == 1:
        parts = [_compose_share(*shares[0])]
    else:
        with multiprocessing.get_context("spawn").Pool(count) as pool:
            parts = pool.starmap(_compose_share, shares)
    small = torch.from_numpy(np.concatenate([thumbs for thumbs, _ in parts]))
    torch.save({"thumbnails": small, "shown": [one for _, shown in parts for one in shown]}, path)


def _compose_share(config: Config, nth: int, count: int) -> tuple[Rgb, list[Shown]]:
    """`count` scenes of the nth process: thumbnails float32 [count, 4, s/8, s/8], what they show.

    Chance begins elsewhere in every process, so that none composes another's scenes again.
    """
    if config.processes > 1:
        torch.set_num_threads(1)
    small: list[Rgb] = []
    shown: list[Shown] = []
    scenes = random_scenes(config, config.seed + nth / 1000)
    for made, seen in tqdm(islice(scenes, count), "compose", count, disable=nth > 0):
        small.append(thumbnails(as_input(made[None]))[0].numpy())
        shown.append(seen)
    return np.stack(small), shown


def load_compositions(work: Path) -> tuple[Tensor, list[Shown]]:
    """What compose_all wrote (a file of our own making, hence the full unpickler)."""
    kept = torch.load(work / "compositions.pt", weights_only=False)
    return kept["thumbnails"], kept["shown"]
