"""What a UNet is told beside the latents: the text, SDXL's size, a distilled one's guidance."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

Change = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Conditioning:
    """The conditions of some rows of a UNet call.

    hidden: (rows, 77, width). Of SDXL also pooled: (rows, width), the second encoder's projection,
    and time_ids: (rows, 6), float32; see size_ids. scale: (rows, width), the embedded guidance
    scale, where the UNet takes one; see embed_guidance.
    """

    hidden: torch.Tensor
    pooled: torch.Tensor | None = None
    time_ids: torch.Tensor | None = None
    scale: torch.Tensor | None = None

    def __len__(self) -> int:
        return len(self.hidden)

    def repeat(self, times: int) -> Conditioning:
        """Return every row so many times, one after the other."""
        return self._map(lambda rows: rows.repeat_interleave(times, 0))

    def zeros(self) -> Conditioning:
        """Return nothing, in the same shape."""
        return self._map(torch.zeros_like)

    def padded(self, rows: int) -> Conditioning:
        """Repeat the first row until there are so many."""
        return self._map(lambda given: pad_rows(given, rows))

    def with_size(self, width: int, height: int) -> Conditioning:
        """Return the same for a picture of so many pixels.

        Nothing changes for other models than SDXL.
        """
        if self.pooled is None:
            return self
        ids = torch.tensor(size_ids(width, height), dtype=torch.float32, device=self.pooled.device)
        return replace(self, time_ids=ids.expand(len(self), len(ids)))

    def with_guidance(self, scale: float, width: int | None) -> Conditioning:
        """Return the same, told a guidance scale.

        width: of its embedding; None for a UNet that takes none, where nothing changes.
        """
        if width is None:
            return self
        scales = torch.full((len(self),), scale, device=self.hidden.device)
        return replace(self, scale=embed_guidance(scales, width).to(self.hidden.dtype))

    def keywords(self) -> dict[str, Any]:
        """Return the UNet's keywords beside the text's tokens: diffusers' names, and only those
        that this UNet takes.
        """
        given: dict[str, Any] = {}
        if self.pooled is not None and self.time_ids is not None:
            given["added_cond_kwargs"] = {"text_embeds": self.pooled, "time_ids": self.time_ids}
        if self.scale is not None:
            given["timestep_cond"] = self.scale
        return given

    def _map(self, change: Change) -> Conditioning:
        return Conditioning(
            change(self.hidden),
            None if self.pooled is None else change(self.pooled),
            None if self.time_ids is None else change(self.time_ids),
            None if self.scale is None else change(self.scale),
        )


def concatenate(parts: Sequence[Conditioning]) -> Conditioning:
    """Return the rows of all parts, which are of one model."""

    def together(rows: Sequence[torch.Tensor | None]) -> torch.Tensor | None:
        given = [tensor for tensor in rows if tensor is not None]
        return torch.cat(given) if given else None

    return Conditioning(
        torch.cat([part.hidden for part in parts]),
        together([part.pooled for part in parts]),
        together([part.time_ids for part in parts]),
        together([part.scale for part in parts]),
    )


def pad_rows(rows: torch.Tensor, count: int) -> torch.Tensor:
    """Repeat the first row until there are so many rows."""
    missing = count - len(rows)
    return torch.cat([rows, rows[:1].expand(missing, *rows.shape[1:])]) if missing > 0 else rows


def size_ids(width: int, height: int) -> tuple[int, ...]:
    """Return what SDXL is told of a picture: original size, top left corner, target size; height
    first.

    It was trained with the size before cropping; asking for the picture's own, uncropped, is what
    diffusers does: https://arxiv.org/abs/2307.01952 (section 2.2)
    """
    return (height, width, 0, 0, height, width)


def embed_guidance(scales: torch.Tensor, width: int) -> torch.Tensor:
    """Embed guidance scales, (rows,) -> (rows, width), float32, for a UNet that is told the scale.

    As get_guidance_scale_embedding of diffusers' pipelines, which counts from a scale of 1.
    https://arxiv.org/abs/2210.03142 (section 3)
    """
    half = width // 2
    steps = torch.arange(half, device=scales.device, dtype=torch.float32)
    frequencies = torch.exp(steps * (-math.log(10_000.0) / (half - 1)))
    angles = (scales.float() - 1)[:, None] * 1000 * frequencies
    return torch.nn.functional.pad(torch.cat([angles.sin(), angles.cos()], 1), (0, width % 2))
