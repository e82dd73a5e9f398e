"""One request on its way through the denoising steps: its own latents, scheduler and generators.

A run does not call the UNet. It hands out its rows for the next call and takes their prediction
back, so that any number of runs may share one call, each at a step of its own.
"""

from __future__ import annotations

import inspect
from typing import Any

import torch

from inference import schedulers
from inference.model import Model
from inference.sampler import Plan
from inference.start import Start, first_step


class Run:
    """The state of one request between two steps.

    latents: (pictures, channels, h, w) in float32. rows: UNet rows of a step, twice the pictures
    where guidance is above 1. bucket: (h, w) of the latents; only runs of one bucket share a call.
    Each picture has a random generator of its own, on the CPU whatever the device, so that a seed
    gives the same picture alone, among four, and on another machine.
    """

    def __init__(self, model: Model, plan: Plan, start: Start | None = None) -> None:
        """Set the schedule and draw the first noise. Raises InvalidRequest.

        start: the picture to begin with, instead of nothing but noise.
        """
        self.plan = plan
        self.guided = plan.guidance > 1
        self.pictures = len(plan.seeds)
        self.rows = self.pictures * (2 if self.guided else 1)
        self.scheduler = schedulers.make(
            plan.scheduler, model.scheduler_config, plan.steps, model.device
        )
        self._generators = [torch.Generator().manual_seed(seed) for seed in plan.seeds]
        self._known: torch.Tensor | None = None
        self._mask: torch.Tensor | None = None
        height, width = (-(-side // model.factor) for side in (plan.height, plan.width))
        self.bucket = (height, width)
        shape = (int(model.vae.config.latent_channels), height, width)
        timesteps = self.scheduler.timesteps
        if start is None:
            noise = self._noise(shape, model.device)
            self.latents: torch.Tensor = noise * self.scheduler.init_noise_sigma
        else:
            begin = first_step(plan.steps, plan.strength)
            timesteps = timesteps[begin:] if plan.strength > 0 else timesteps[:0]
            if hasattr(self.scheduler, "set_begin_index"):
                self.scheduler.set_begin_index(begin)
            known = torch.stack([start.sample(generator) for generator in self._generators])
            noise = self._noise(shape, model.device)
            # With strength 0 the picture is through already.
            self.latents = self._noisy(known, noise, timesteps[:1]) if len(timesteps) else known
            if start.mask is not None:
                self._known, self._mask = known, start.mask
                if plan.strength == 1:  # nothing of what was there is to shine through
                    self.latents = noise * self.scheduler.init_noise_sigma
        self._first_noise = noise if self._mask is not None else None
        self.embeddings: torch.Tensor | None = None  # (rows, tokens, width); given by the batch
        self.since = 0.0  # the batch's clock when the run joined it
        self._timesteps = timesteps
        self._times = timesteps.float()
        self.done, self.total = 0, len(timesteps)
        takes_generator = "generator" in inspect.signature(self.scheduler.step).parameters
        self._extra: dict[str, Any] = {"generator": self._generators} if takes_generator else {}

    @property
    def finished(self) -> bool:
        """Whether the last step is done."""
        return self.done == self.total

    @property
    def cost(self) -> int:
        """What a step costs, in UNet rows times latent cells."""
        return self.rows * self.bucket[0] * self.bucket[1]

    @property
    def left(self) -> int:
        """What the steps to come cost, in the unit of `cost`."""
        return self.cost * (self.total - self.done)

    def inputs(self) -> tuple[list[torch.Tensor], torch.Tensor]:
        """The next step's latents, unconditional ones first, and their timesteps, (rows,)."""
        at = self._timesteps[self.done]
        scaled = self.scheduler.scale_model_input(self.latents, at)
        times = self._times[self.done].expand(self.rows)
        return ([scaled, scaled] if self.guided else [scaled]), times

    def apply(self, prediction: torch.Tensor) -> None:
        """Take one step with the UNet's (rows, channels, h, w). What it raises leaves no trace."""
        if self.guided:
            without, wanted = prediction.chunk(2)
            prediction = without + self.plan.guidance * (wanted - without)
        before = self._remember()
        at = self._timesteps[self.done]
        try:
            latents = self.scheduler.step(
                prediction, at, self.latents, return_dict=False, **self._extra
            )[0]
            self.latents = self._kept(latents)
        except Exception:
            self._restore(before)
            raise
        self.done += 1

    def _kept(self, latents: torch.Tensor) -> torch.Tensor:
        """What is not to be repainted, as noisy as the next step expects it, over the latents."""
        if self._mask is None or self._known is None or self._first_noise is None:
            return latents
        known = self._known
        if self.done + 1 < self.total:
            following = self._timesteps[self.done + 1 : self.done + 2]
            known = self._noisy(known, self._first_noise, following)
        return (1 - self._mask) * known + self._mask * latents

    def _noisy(
        self, latents: torch.Tensor, noise: torch.Tensor, timestep: torch.Tensor
    ) -> torch.Tensor:
        noisy: torch.Tensor = self.scheduler.add_noise(latents, noise, timestep)
        return noisy

    def _noise(self, shape: tuple[int, ...], device: torch.device) -> torch.Tensor:
        drawn = [torch.randn(shape, generator=generator) for generator in self._generators]
        return torch.stack(drawn).to(device)

    def _remember(self) -> tuple[dict[str, Any], list[torch.Tensor]]:
        """The scheduler's and the generators' state, cheaply: tensors are replaced, not changed."""
        state = {k: v[:] if isinstance(v, list) else v for k, v in vars(self.scheduler).items()}
        return state, [it.get_state() for it in self._generators] if self._extra else []

    def _restore(self, before: tuple[dict[str, Any], list[torch.Tensor]]) -> None:
        state, randomness = before
        vars(self.scheduler).clear()
        vars(self.scheduler).update(state)
        for generator, drawn in zip(self._generators, randomness, strict=False):
            generator.set_state(drawn)
