"""Distil guidance into the UNet: it is told the guidance scale, and one row does the work of two.

Of every batch most learn what the UNet of the diffusion stage, asked twice, gives after guidance;
the others, told a scale of 1, what it gives when asked once. So at 1 it stays a plain UNet, and a
negative prompt still works as it did, with two rows. Nothing is learned from the pictures
themselves: their loss is mostly noise, and drowned what there was to learn of guidance.

The teacher is kept as it is: a pupil that was taught by its own average took what it was told at a
large scale for what it should do at 1, pulled harder each time, and was lost within 275 steps.

Stage one of https://arxiv.org/abs/2210.03142; the scale is embedded as in diffusers' LCM.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from inference.models.conditioning import embed_guidance
from inference.training.captions import Shown, caption
from inference.training.checkpoint import load_state
from inference.training.company import together
from inference.training.config import Config
from inference.training.diffusion import Run, attend, build_unet, draw_times
from inference.training.tokenizer import tokenize

LEAST, MOST = 1.0, 4.5  # guidance scales that are taught
EMPTY = 0.3  # of the rows that are told a scale of 1: what a negative prompt is compared with


def train_distillation(config: Config) -> None:
    """Leave work/distil.pt: the UNet that takes a scale, its average and all to go on from."""
    together(config, _train)


def _train(config: Config) -> None:
    Distillation(config).train()


def build_pupil(config: Config, plain: Any) -> Any:
    """A UNet that is told a guidance scale, and does not listen to it yet."""
    pupil = build_unet(config, takes_scale=True)
    pupil.load_state_dict(plain.state_dict(), strict=False)
    torch.nn.init.zeros_(pupil.time_embedding.cond_proj.weight)
    return pupil


def forget_scale(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Make the weights of a plain UNet of those of one that takes a scale: its own at a scale of 1.

    What the embedding of 1 adds to every time is the same vector, which the next layer's bias can
    hold.
    """
    plain = dict(state)
    proj = plain.pop("time_embedding.cond_proj.weight")
    shift = proj.float() @ embed_guidance(torch.ones(1), proj.shape[1])[0]
    weight, bias = (plain[f"time_embedding.linear_1.{name}"] for name in ("weight", "bias"))
    plain["time_embedding.linear_1.bias"] = (bias.float() + weight.float() @ shift).to(bias)
    return plain


class Distillation(Run):
    """A run that goes on from the diffusion stage's average.

    missing: the share of the guidance's pull, squared, that the pupil does not give yet.
    """

    stage = "distil"

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.missing = 1.0
        self.scheduler.set_timesteps(config.steps)
        self.stops: Tensor = self.scheduler.timesteps

    def pace(self) -> tuple[float, float]:
        """The minutes of the whole stage, and the rate of learning."""
        return self.config.distil_minutes, self.config.distil_lr

    def begin(self) -> Any:
        """The diffusion stage's average, that is told a scale from now on."""
        teacher = build_unet(self.config).to(self.device)
        load_state(self.config.work / "diffusion.pt", {"smooth": teacher})
        attend(teacher, self.device)
        self.teacher = teacher.eval().requires_grad_(False)
        return build_pupil(self.config, teacher)

    def wrong(self) -> Tensor:
        """The loss on one batch: how far the pupil is from what the teacher gives, guided."""
        config, size = self.config, self.config.unet_batch
        clean, shown = next(self.batches)
        guided = min(size - 1, max(1, round(size * config.distil_share)))
        noise, times, scales = torch.randn_like(clean), self.times(), self.scales(guided)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            noisy = self.scheduler.add_noise(clean, noise, times)
            with torch.no_grad():
                ids = tokenize(self.pieces, [*self.texts(shown, guided), ""]).to(self.device)
                states = self.text_encoder(ids)[0]
                empty = states[-1:].expand(guided, *states.shape[1:])
                states = states[:-1]
                plain, without = self.taught(noisy, times, states, empty)
            told = embed_guidance(scales, config.guidance_width)
            made = self.unet(noisy, times, states, timestep_cond=told).sample.float()
        beyond = (scales - 1)[:, None, None, None]
        pull = beyond[:guided] * (plain[:guided] - without)
        off = made - plain
        off[:guided] -= pull
        with torch.no_grad():
            share = float(off[:guided].square().mean() / pull.square().mean())
            self.missing = 0.98 * self.missing + 0.02 * share
        # The further a scale pulls, the larger its errors are; none is to outweigh the others.
        loss: Tensor = (off / beyond.clamp(min=1)).square().mean()
        return loss

    def taught(
        self, noisy: Tensor, times: Tensor, states: Tensor, empty: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What the teacher gives for all rows, and without words for as many as `empty` has."""
        rows = len(empty)
        both: Tensor = self.teacher(
            torch.cat([noisy, noisy[:rows]]),
            torch.cat([times, times[:rows]]),
            torch.cat([states, empty]),
        ).sample.float()
        return both[: len(noisy)], both[len(noisy) :]

    def texts(self, shown: list[Shown], guided: int) -> list[str]:
        """Captions; of the rows that are told a scale of 1 some are empty."""
        return [
            "" if row >= guided and self.rng.random() < EMPTY else caption(seen, self.rng)
            for row, seen in enumerate(shown)
        ]

    def times(self) -> Tensor:
        """Times [size]: half of them those at which a picture is painted by default."""
        size = self.config.unet_batch
        times = draw_times(self.often, size)
        usual = torch.randint(len(self.stops), (size // 2,))
        times[: size // 2] = self.stops[usual]
        return times[torch.randperm(size)].to(self.device)

    def scales(self, guided: int) -> Tensor:
        """Scales [size]: of the guided rows half the usual one, half by chance; then 1."""
        scales = torch.ones(self.config.unet_batch)
        for row in range(guided):
            by_chance = self.rng.triangular(LEAST, MOST, self.config.guidance)
            scales[row] = by_chance if row % 2 else self.config.guidance
        return scales.to(self.device)

    def more_to_tell(self) -> str:
        """How much of guidance is not learned yet."""
        return f", guidance missing {self.missing:.3f}"
