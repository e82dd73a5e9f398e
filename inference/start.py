"""What img2img begins with, as latents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from inference.incoming import Source
from inference.model import Model, encode_picture


@dataclass(frozen=True)
class Start:
    """An encoded picture: the distribution of its latents, (channels, h, w), in float32.

    spread is None for an autoencoder that knows no spread. mask: (1, h, w), 1 where it is to be
    repainted; None: everywhere.
    """

    mean: torch.Tensor
    spread: torch.Tensor | None
    mask: torch.Tensor | None

    def sample(self, generator: torch.Generator) -> torch.Tensor:
        """The latents of one picture of the request, (channels, h, w)."""
        if self.spread is None:
            return self.mean
        noise = torch.randn((1, *self.mean.shape), generator=generator)[0]
        return self.mean + self.spread * noise.to(self.mean.device)


def begin(model: Model, source: Source) -> Start:
    """Encode the picture and shrink its mask to the latents' grid. Heavy: a pass of the encoder."""
    mean, spread = encode_picture(model, source.pixels)
    mask = None
    if source.mask is not None:
        whole = torch.from_numpy(source.mask.astype(np.float32))[None, None]
        mask = torch.nn.functional.interpolate(whole, size=mean.shape[-2:])[0].to(mean.device)
    return Start(mean, spread, mask)


def first_step(steps: int, strength: float) -> int:
    """How many of the steps are left out; one is done at least, unless strength is 0."""
    done = max(1, min(int(steps * strength), steps)) if strength > 0 else 0
    return steps - done
