"""Encode the image that img2img starts from (SDEdit, https://arxiv.org/abs/2108.01073)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from inference.images.decode import SourceImage
from inference.models.model import Model, encode_image


@dataclass(frozen=True)
class EncodedImage:
    """An encoded picture: the distribution of its latents, (channels, h, w), in float32.

    std is None for an autoencoder that gives latents rather than a distribution. mask: (1, h, w),
    1 where it is to be repainted; None: everywhere.
    """

    mean: torch.Tensor
    std: torch.Tensor | None
    mask: torch.Tensor | None

    def sample(self, generator: torch.Generator) -> torch.Tensor:
        """Draw the latents of one picture of the request, (channels, h, w)."""
        if self.std is None:
            return self.mean
        noise = torch.randn((1, *self.mean.shape), generator=generator)[0]
        return self.mean + self.std * noise.to(self.mean.device)


def encode_source(model: Model, source: SourceImage) -> EncodedImage:
    """Encode the image and shrink its mask to the latents' grid."""
    mean, std = encode_image(model, source.pixels)
    mask = None
    if source.mask is not None:
        full_size = torch.from_numpy(source.mask.astype(np.float32))[None, None]
        mask = torch.nn.functional.interpolate(full_size, size=mean.shape[-2:])[0].to(mean.device)
    return EncodedImage(mean, std, mask)


def start_step(steps: int, strength: float) -> int:
    """Return the index of the first step; one is done at least, unless strength is 0."""
    steps_done = max(1, min(int(steps * strength), steps)) if strength > 0 else 0
    return steps - steps_done
