"""Every number of the recipe, in one place."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

STYLES = ("noto", "twemoji", "fluent-emoji")  # the order is the style index everywhere

HELD_OUT = "fluent-emoji-flat"  # nothing is trained on it: the judge is tested with it


@dataclass(frozen=True)
class Config:
    """Sizes, rates and times of one training run.

    The default sizes are those of ../mame's weights, and the times are near those of 2.2, which was
    trained from nothing; 2.3 and 2.4 went on from it (resume.py). Its card tells the runs. Minutes
    are as progress.py counts them.
    """

    work: Path
    device: str = "cpu"  # or "cuda", where scenes are composed as well
    fresh_scenes: bool = False  # compose as on a GPU, though this is a CPU (slow)
    stop_at: float = float("inf")  # seconds since the epoch: a stage saves and ends there
    threads: int = 2
    processes: int = 1  # that train the UNet; on a CPU one for each core is fastest
    seed: int = 1
    toy: bool = False  # a run of seconds, that must not touch what is exported

    size: int = 192  # pixels; /8 gives 24x24 latents: a thing can be told from its thumbnail
    latent_channels: int = 4
    compositions: int = 14_000  # scenes for the UNet; each is seen some fourteen times

    vocabulary: int = 2600
    caption_samples: int = 60_000  # sentences that the tokenizer is trained on

    vae_channels: tuple[int, ...] = (16, 32, 64, 96)
    decoder_minutes: float = 40.0  # it can run while the UNet trains
    vae_batch: int = 4  # small: in so few minutes the number of steps is what counts
    vae_lr: float = 5e-4
    vae_noise: float = 0.05  # added to latents of deviation 0.5: the decoder forgives a weak UNet
    vae_edge_weight: float = 0.5  # weight of the L1 on the Laplacian: without it edges are soft

    text_width: int = 192
    text_layers: int = 3
    text_heads: int = 4
    contrastive_minutes: float = 12.0
    contrastive_batch: int = 160
    contrastive_lr: float = 1e-3
    # The encoder is causal, so what follows the 28th token cannot change what precedes it:
    # cutting the padding there leaves the embedding as it is and costs half.
    contrastive_tokens: int = 28

    steady_minutes: float = 12.0
    steady_batch: int = 64
    steady_lr: float = 5e-4

    unet_channels: tuple[int, ...] = (32, 64, 128, 256)
    unet_minutes: float = 200.0
    unet_batch: int = 24  # small, for the same reason as above
    unet_lr: float = 6e-4
    unet_warmup: int = 200  # steps
    unet_fade: float = 0.35  # the last share of the time, in which the rate goes down to nothing
    empty_captions: float = 0.1  # what guidance compares with
    ema_decay: float = 0.999
    save_seconds: float = 240.0

    distil_minutes: float = 70.0
    distil_lr: float = 3e-4
    distil_share: float = 0.75  # of a batch, that learns from guided predictions
    guidance_width: int = 256  # of the guidance scale's embedding

    judge_scenes: int = 16_000
    judge_minutes: float = 12.0
    judge_batch: int = 64

    steps: int = 4  # as good as 8, by the judge
    guidance: float = 2.5

    @property
    def on_device(self) -> bool:
        """Whether scenes are composed where the training is, a fresh one for every sample."""
        return self.fresh_scenes or self.device != "cpu"

    @property
    def latent_size(self) -> int:
        """Side of a latent picture: three halvings of the pixels."""
        return self.size // 8

    def large(self) -> Config:
        """The model to train on a GPU: 256 px, a wider UNet; half an hour in all."""
        return replace(
            self,
            size=256,
            vae_channels=(32, 64, 96, 128),
            decoder_minutes=5.0,
            vae_batch=32,
            text_width=256,
            text_layers=4,
            contrastive_minutes=3.0,
            contrastive_batch=512,
            steady_minutes=3.0,
            steady_batch=512,
            unet_channels=(64, 128, 256, 384),
            unet_minutes=18.0,
            unet_batch=256,
            unet_lr=5e-4,
            distil_minutes=5.0,
            judge_minutes=1.0,
            judge_batch=256,
            guidance=3.0,
        )

    def with_numbers(self, settings: Sequence[str]) -> Config:
        """The same with other numbers, each told as "unet_minutes=60".

        Raises SystemExit for what is no number of the recipe.
        """
        numbers: dict[str, Any] = {}
        for setting in settings:
            name, _, value = setting.partition("=")
            usual = getattr(self, name, None) if name in self.__dataclass_fields__ else None
            if isinstance(usual, bool) or not isinstance(usual, int | float):
                raise SystemExit(f"{name} is no number of the recipe: see config.py.")
            try:
                numbers[name] = type(usual)(value)
            except ValueError as error:
                raise SystemExit(f"{setting}: {error}") from error
        return replace(self, **numbers)

    def smoke(self) -> Config:
        """A toy of the same shape: every stage in seconds, pictures of nothing."""
        return replace(
            self,
            toy=True,
            size=64,
            compositions=60,
            vocabulary=1300,  # there must be room for every kanji of the captions
            caption_samples=1500,
            vae_channels=(16, 16, 16, 16),
            decoder_minutes=0.01,
            vae_batch=4,
            text_width=32,
            text_layers=1,
            contrastive_minutes=0.02,
            contrastive_batch=8,
            steady_minutes=0.02,
            steady_batch=8,
            unet_channels=(16, 16, 16, 32),
            unet_minutes=0.03,
            unet_batch=4,
            distil_minutes=0.02,
            guidance_width=16,
            judge_scenes=40,
            judge_minutes=0.02,
            judge_batch=8,
            steps=2,
        )


def dice(seed: float) -> random.Random:
    """Chance for captions and compositions; nothing here is a secret."""
    return random.Random(seed)  # noqa: S311
