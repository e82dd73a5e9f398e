"""Compose many scenes at once, on a GPU: what compose.py does one by one, in torch.

Everything that pictures are made of is in the device's memory: each picture at two sizes, every
ground in a few variants. A batch is then some gathering and blending, and no sample is seen twice.
"""

from __future__ import annotations

import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from inference.training.captions import Shown, load_things
from inference.training.compose import paint_over, shrunk
from inference.training.config import Config, dice
from inference.training.grounds import Rgba, ground
from inference.training.render import load_pictures
from inference.training.scenes import (
    GROUND_COLOURS,
    PAINTS,
    SCENES,
    WATERCOLOUR,
    Lots,
    Scene,
)
from inference.training.shelf import Shelf
from inference.training.thumbnails import thumbnails

VARIANTS = 8  # of each ground: their shades and stars differ
SMALL = 0.6  # scenes whose things are below this scale take the pictures of half the size


class Pack:
    """Pictures and grounds on a device, and the lots that draw from them."""

    def __init__(self, config: Config) -> None:
        self.size, self.device = config.size, torch.device(config.device)
        rgba, emoji, styles = load_pictures(config.work)
        known = load_things(config.work)
        self._rng = dice(config.seed + 0.25)
        self._shelf = Shelf(rgba, Lots(emoji, styles, known), self._rng)
        self._index: dict[tuple[int, str], int] = {}
        pictures: list[Rgba] = []
        for i, picture in enumerate(rgba):
            for colour in ("", *PAINTS):
                if (i, colour) not in self._index:  # PAINTS names some twice, to be chosen oftener
                    self._index[i, colour] = len(pictures)
                    pictures.append(paint_over(picture, colour) if colour else picture)
        self._full = self._on_device(pictures)
        self._half = self._on_device([shrunk(picture, config.size // 2) for picture in pictures])
        self._names = ["", *GROUND_COLOURS, *SCENES]
        grounds = [
            ground(name, config.size, self._rng) for name in self._names for _ in range(VARIANTS)
        ]
        stack = torch.from_numpy(np.stack(grounds)).permute(0, 3, 1, 2)
        self._grounds = stack.to(self.device, torch.float16)

    def _on_device(self, pictures: list[Rgba]) -> Tensor:
        """Premultiplied, float16 [n, 4, s, s] of 0..1."""
        stack = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).to(self.device)
        stack = stack.to(torch.float16) / 255
        stack[:, :3] *= stack[:, 3:]
        return stack

    def draw(self, count: int) -> tuple[Tensor, list[Shown]]:
        """Fresh scenes: pictures float32 [count, 3, size, size] of -1..1, and what they show."""
        rng = self._rng
        chosen = [self._shelf.scene() for _ in range(count)]
        rows = [
            self._names.index(scene.shown.ground) * VARIANTS + rng.randrange(VARIANTS)
            for _, _, scene in chosen
        ]
        canvas = self._grounds[torch.tensor(rows, device=self.device)].float() / 255
        for nth in range(4):
            self._lay(canvas, chosen, nth)
        self._wash(canvas, [scene.shown for _, _, scene in chosen], rng)
        for row, (index, other, scene) in enumerate(chosen):
            if scene.shown.style > WATERCOLOUR:  # their pages are drawn one by one, on the CPU
                page = torch.from_numpy(self._shelf.compose(index, other, scene))
                canvas[row] = page.permute(2, 0, 1).to(canvas) / 255
        return canvas.clamp(0, 1) * 2 - 1, [scene.shown for _, _, scene in chosen]

    def _lay(self, canvas: Tensor, chosen: list[tuple[int, int | None, Scene]], nth: int) -> None:
        """Lay the nth thing of every scene that has so many."""
        for pack, small in ((self._full, False), (self._half, True)):
            rows, pictures, thetas = [], [], []
            for row, (index, other, scene) in enumerate(chosen):
                if nth >= len(scene.places) or (scene.scale < SMALL) != small:
                    continue
                second = nth == 1 and other is not None
                key = (other or 0, "") if second else (index, scene.shown.colour)
                x, y = scene.places[nth]
                zoom = 1 / scene.scale  # grid_sample wants the way from the canvas to the picture
                thetas.append([[zoom, 0, zoom * (1 - 2 * x)], [0, zoom, zoom * (1 - 2 * y)]])
                rows.append(row)
                pictures.append(self._index[key])
            if not rows:
                continue
            side = (len(rows), 4, self.size, self.size)
            grid = F.affine_grid(
                torch.tensor(thetas, device=self.device), list(side), align_corners=False
            )
            source = pack[torch.tensor(pictures, device=self.device)].float()
            thing = F.grid_sample(source, grid, align_corners=False)
            at = torch.tensor(rows, device=self.device)
            canvas[at] = canvas[at] * (1 - thing[:, 3:]) + thing[:, :3]

    def _wash(self, canvas: Tensor, shown: list[Shown], rng: random.Random) -> None:
        """Make watercolours of those that are to be: see compose.watercolour."""
        rows = [i for i, seen in enumerate(shown) if seen.style == WATERCOLOUR]
        if not rows:
            return
        at = torch.tensor(rows, device=self.device)
        dice_of_torch = torch.Generator().manual_seed(rng.getrandbits(40))
        noise = torch.rand(len(rows), 1, 6, 6, generator=dice_of_torch).to(self.device)
        wash = F.interpolate(noise, size=(self.size, self.size), mode="bicubic")
        width = max(1, self.size // 96) * 2 + 1
        soft = F.avg_pool2d(canvas[at], width, 1, width // 2, count_include_pad=False)
        canvas[at] = 1 - (1 - soft) * (0.38 + 0.3 * wash)


def compose_many(config: Config) -> None:
    """Write work/compositions.pt as compose.compose_all does, in batches."""
    path = config.work / "compositions.pt"
    if path.exists():
        return
    pack = Pack(config)
    small: list[Tensor] = []
    shown: list[Shown] = []
    while len(shown) < config.compositions:
        pictures, drawn = pack.draw(64)
        small.append(thumbnails(pictures).cpu())
        shown += drawn
    torch.save({"thumbnails": torch.cat(small), "shown": shown}, path)
