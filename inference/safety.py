"""What may not leave the worker: the checkpoint's own safety checker, giving flags.

diffusers' pipelines paint refused pictures black; a person is better served by a sentence.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

# CLIP's own preprocessing, for a checkpoint that has lost its feature_extractor folder.
_SIZE = 224
_MEAN = (0.48145466, 0.4578275, 0.40821073)
_STD = (0.26862954, 0.26130258, 0.27577711)


class SafetyChecker:
    """StableDiffusionSafetyChecker and the preprocessing that its CLIP wants."""

    def __init__(self, checker: Any, feature_extractor: Path) -> None:
        self._checker = checker
        table: dict[str, Any] = {}
        file = feature_extractor / "preprocessor_config.json"
        if file.is_file():
            table = json.loads(file.read_text(encoding="utf-8"))
        self._size = _side(table.get("crop_size", table.get("size", _SIZE)))
        self._mean = torch.tensor(table.get("image_mean", _MEAN)).view(3, 1, 1)
        self._std = torch.tensor(table.get("image_std", _STD)).view(3, 1, 1)

    @torch.no_grad()
    def flags(self, pictures: list[NDArray[np.uint8]]) -> list[bool]:
        """For each picture (height, width, 3) whether it shows what should not be shown."""
        pixels = torch.stack([self.prepared(picture) for picture in pictures])
        weight = next(self._checker.parameters())
        nothing = np.zeros((len(pictures), 1, 1, 3))  # it blackens these instead of ours
        _, flags = self._checker(pixels.to(weight.device, weight.dtype), nothing)
        return [bool(flag) for flag in flags]

    def prepared(self, picture: NDArray[np.uint8]) -> torch.Tensor:
        """Shorter side to the size, the middle square, normalised: (3, size, size)."""
        image = Image.fromarray(picture)
        scale = self._size / min(image.size)
        width, height = (int(side * scale) for side in image.size)
        width, height = max(width, self._size), max(height, self._size)
        image = image.resize((width, height), Image.Resampling.BICUBIC)
        left, top = (width - self._size) // 2, (height - self._size) // 2
        square = image.crop((left, top, left + self._size, top + self._size))
        unit = torch.from_numpy(np.array(square)).permute(2, 0, 1).float() / 255
        return (unit - self._mean) / self._std


def _side(size: Any) -> int:
    """224, {"height": 224, ...} or {"shortest_edge": 224}: all three have been written."""
    if isinstance(size, dict):
        size = size.get("shortest_edge") or size.get("height") or _SIZE
    return int(size)
