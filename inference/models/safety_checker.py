"""What may not leave the worker: the checkpoint's own safety checker, giving verdicts.

diffusers' pipelines paint refused pictures black; a person is better served by a sentence.
"""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn import functional

# CLIP's own preprocessing, for a checkpoint that has lost its feature_extractor folder.
_SIZE = 224
_MEAN = (0.48145466, 0.4578275, 0.40821073)
_STD = (0.26862954, 0.26130258, 0.27577711)


# The checker itself moves its thresholds by so much where it takes special care (diffusers'
# StableDiffusionSafetyChecker): a flag that hangs on less than that is one it could have spared.
BORDERLINE = 0.01


class Verdict(Enum):
    """What the checker thinks of a picture."""

    SAFE = "fine"
    BORDERLINE = "borderline"  # flagged, by BORDERLINE at most and for no concept of special care
    UNSAFE = "over"  # flagged


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
        """Return whether each picture (height, width, 3) shows what should not be shown."""
        return [verdict is not Verdict.SAFE for verdict in self.classify(pictures)]

    @torch.no_grad()
    def classify(self, pictures: list[NDArray[np.uint8]]) -> list[Verdict]:
        """Return what the checker says of each picture (height, width, 3), and how surely.

        Its own arithmetic, rounding included; its forward() tells flags, but not by how much.
        """
        pixels = torch.stack([self.preprocess(picture) for picture in pictures])
        checker = self._checker
        weight = next(checker.parameters())
        seen = checker.vision_model(pixels.to(weight.device, weight.dtype))[1]
        seen = functional.normalize(checker.visual_projection(seen))

        def scores(concepts: torch.Tensor, thresholds: torch.Tensor) -> torch.Tensor:
            near = (seen @ functional.normalize(concepts).T).float().cpu()
            return near - thresholds.float().cpu()

        special = scores(checker.special_care_embeds, checker.special_care_embeds_weights)
        care = (_rounded(special) > 0).any(dim=1)
        concepts = scores(checker.concept_embeds, checker.concept_embeds_weights)
        margins = _rounded(concepts + 0.01 * care[:, None]).amax(dim=1)
        return [
            _verdict(float(by), bool(careful)) for by, careful in zip(margins, care, strict=True)
        ]

    def preprocess(self, picture: NDArray[np.uint8]) -> torch.Tensor:
        """Scale the shorter side to the size, cut the middle square, normalise: (3, size, size)."""
        image = Image.fromarray(picture)
        scale = self._size / min(image.size)
        width, height = (int(side * scale) for side in image.size)
        width, height = max(width, self._size), max(height, self._size)
        image = image.resize((width, height), Image.Resampling.BICUBIC)
        left, top = (width - self._size) // 2, (height - self._size) // 2
        square = image.crop((left, top, left + self._size, top + self._size))
        unit = torch.from_numpy(np.array(square)).permute(2, 0, 1).float() / 255
        return (unit - self._mean) / self._std


def _rounded(scores: torch.Tensor) -> torch.Tensor:
    return (scores * 1000).round() / 1000


def _verdict(margin: float, with_care: bool) -> Verdict:
    if margin <= 0:
        return Verdict.SAFE
    return Verdict.BORDERLINE if margin <= BORDERLINE and not with_care else Verdict.UNSAFE


def _side(size: Any) -> int:
    """224, {"height": 224, ...} or {"shortest_edge": 224}: all three have been written."""
    if isinstance(size, dict):
        size = size.get("shortest_edge") or size.get("height") or _SIZE
    return int(size)
