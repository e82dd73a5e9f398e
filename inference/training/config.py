"""Every number of the recipe, in one place."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path

STYLES = ("noto", "twemoji", "fluent-emoji")  # the order is the style index everywhere


@dataclass(frozen=True)
class Config:
    """Sizes, rates and times of one training run; the defaults made the weights in ../mame."""

    work: Path
    threads: int = 2
    seed: int = 1

    size: int = 96  # pixels; /8 gives 12x12 latents, half the UNet's work of 16x16 (128 px)
    latent_channels: int = 4
    # Compositions to encode for a picture of each style: noto is what an unstyled prompt gets.
    compositions: tuple[int, int, int] = (16, 4, 4)

    vocabulary: int = 2400
    caption_samples: int = 60_000  # sentences that the tokenizer is trained on

    vae_channels: tuple[int, ...] = (16, 32, 64, 96)
    decoder_minutes: float = 40.0  # it can run while the UNet trains
    vae_batch: int = 4  # small: in so few minutes the number of steps is what counts
    vae_lr: float = 5e-4
    vae_noise: float = 0.08  # added to latents of deviation 1: the decoder forgives a weak UNet
    vae_edge_weight: float = 0.5  # weight of the L1 on the Laplacian: without it edges are soft

    text_width: int = 192
    text_layers: int = 3
    text_heads: int = 4
    contrastive_minutes: float = 12.0
    contrastive_batch: int = 192
    contrastive_lr: float = 1e-3
    # The encoder is causal, so what follows the 32nd token cannot change what precedes it:
    # cutting the padding there leaves the embedding as it is and costs half.
    contrastive_tokens: int = 32

    unet_channels: tuple[int, ...] = (64, 128, 256)
    unet_minutes: float = 60.0
    unet_batch: int = 16  # small, for the same reason as above
    unet_lr: float = 6e-4
    unet_warmup: int = 200  # steps
    empty_captions: float = 0.1  # what guidance compares with
    ema_decay: float = 0.998
    save_seconds: float = 180.0

    steps: int = 16
    guidance: float = 1.8  # more only burns the colours

    @property
    def latent_size(self) -> int:
        """Side of a latent picture: three halvings of the pixels."""
        return self.size // 8

    def smoke(self) -> Config:
        """A toy of the same shape: every stage in seconds, pictures of nothing."""
        return replace(
            self,
            size=32,
            compositions=(2, 1, 1),
            vocabulary=1200,  # there must be room for every kanji of the captions
            caption_samples=1500,
            vae_channels=(16, 16, 16, 16),
            decoder_minutes=0.01,
            vae_batch=4,
            text_width=32,
            text_layers=1,
            contrastive_minutes=0.02,
            contrastive_batch=8,
            unet_channels=(16, 16, 32),
            unet_minutes=0.03,
            unet_batch=4,
            steps=2,
        )


def dice(seed: float) -> random.Random:
    """Chance for captions and compositions; nothing here is a secret."""
    return random.Random(seed)  # noqa: S311
