"""What a UNet is told of the text: its tokens, and for SDXL its sum and the picture's size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

Change = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Conditioning:
    """The conditions of some rows of a UNet call.

    hidden: (rows, 77, width). Of SDXL also pooled: (rows, width), the second encoder's projection,
    and time_ids: (rows, 6), float32; see size_ids.
    """

    hidden: torch.Tensor
    pooled: torch.Tensor | None = None
    time_ids: torch.Tensor | None = None

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

    def added(self) -> dict[str, torch.Tensor] | None:
        """diffusers' added_cond_kwargs; None where the UNet takes none."""
        if self.pooled is None or self.time_ids is None:
            return None
        return {"text_embeds": self.pooled, "time_ids": self.time_ids}

    def _map(self, change: Change) -> Conditioning:
        return Conditioning(
            change(self.hidden),
            None if self.pooled is None else change(self.pooled),
            None if self.time_ids is None else change(self.time_ids),
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
