"""One request on its way through the denoising steps: its own latents, scheduler and generators.

A state does not call the UNet. It hands out its rows for the next call and takes their prediction
back, so that any number of requests may share one call, each at a step of its own.

Classifier-free guidance: https://arxiv.org/abs/2207.12598
img2img begins in the middle of the schedule, as SDEdit does: https://arxiv.org/abs/2108.01073
A mask keeps the known part by noising it anew in every step, as RePaint does:
https://arxiv.org/abs/2201.09865
"""

from __future__ import annotations

import inspect
from typing import Any

import torch

from inference.engine.img2img import EncodedImage, start_step
from inference.engine.plan import Plan
from inference.models import schedulers
from inference.models.conditioning import Conditioning
from inference.models.model import Model


class RequestState:
    """The state of one request between two steps. Made by from_noise() or from_image().

    latents: (pictures, channels, h, w) in float32. unet_rows: UNet rows of a step, twice the
    pictures where guidance takes two. told_scale: the guidance scale that a UNet which takes one is
    told. bucket: (h, w) of the latents; only states of one bucket
    share a call. joined_at: the batch policy's work_done when it joined the batch. embeddings:
    of its rows, unconditional ones first, given by the batch.

    Each picture has a random generator of its own, on the CPU whatever the device, so that a seed
    gives the same picture alone, among four, and on another machine.
    """

    def __init__(self, model: Model, plan: Plan) -> None:
        """Set the schedule and the generators. Raises InvalidRequest."""
        self.plan = plan
        self.guided = model.takes_two_rows(plan.guidance, plan.negative_prompt)
        self.told_scale = 1.0 if self.guided else plan.guidance
        self.pictures = len(plan.seeds)
        self.unet_rows = self.pictures * (2 if self.guided else 1)
        self.scheduler = schedulers.create_scheduler(
            plan.scheduler,
            model.scheduler_config,
            plan.steps,
            model.device,
            complete=not model.is_sdxl,
            correct=not model.is_sdxl,
            from_start=_takes_all_steps(model, plan),
        )
        self._generators = [torch.Generator().manual_seed(seed) for seed in plan.seeds]
        height, width = (-(-side // model.factor) for side in (plan.height, plan.width))
        self.bucket = (height, width)
        self.latents: torch.Tensor
        self.embeddings: Conditioning | None = None
        self.joined_at = 0.0
        # RePaint: the latents to keep, the mask, (1, h, w), and the noise to keep them with.
        self._inpainting: tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None = None
        taken = inspect.signature(self.scheduler.step).parameters
        extra = {"generator": self._generators, "eta": 0.0}  # as diffusers' pipelines pass them
        self._extra = {name: value for name, value in extra.items() if name in taken}

    @classmethod
    def from_noise(cls, model: Model, plan: Plan) -> RequestState:
        """Start from nothing but noise. Raises InvalidRequest."""
        state = cls(model, plan)
        state.latents = state._draw_noise(model) * state.scheduler.init_noise_sigma
        state._schedule(state.scheduler.timesteps)
        return state

    @classmethod
    def from_image(cls, model: Model, plan: Plan, image: EncodedImage) -> RequestState:
        """Start from an image, noised by the plan's strength (SDEdit). Raises InvalidRequest.

        With a mask the image stays where the mask is 0. With strength 0 there are no steps.
        """
        state = cls(model, plan)
        # Schedulers of second order (Heun) have two timesteps for each of the steps asked for.
        begin = start_step(plan.steps, plan.strength) * int(getattr(state.scheduler, "order", 1))
        timesteps = state.scheduler.timesteps
        timesteps = timesteps[begin:] if plan.strength > 0 else timesteps[:0]
        if hasattr(state.scheduler, "set_begin_index"):
            state.scheduler.set_begin_index(begin)
        known = torch.stack([image.sample(generator) for generator in state._generators])
        noise = state._draw_noise(model)
        state.latents = state._add_noise(known, noise, timesteps[:1]) if len(timesteps) else known
        if image.mask is not None:
            for generator in state._generators:  # diffusers also encodes the picture less the mask
                image.sample(generator)
            state._inpainting = known, image.mask, noise
            if plan.strength == 1:  # nothing of what was there is to shine through
                state.latents = noise * state.scheduler.init_noise_sigma
        state._schedule(timesteps)
        return state

    def _schedule(self, timesteps: torch.Tensor) -> None:
        self._timesteps = timesteps
        self._float_timesteps = timesteps.float()
        self.done, self.total = 0, len(timesteps)

    @property
    def finished(self) -> bool:
        """Whether the last step is done."""
        return self.done == self.total

    @property
    def cost(self) -> int:
        """The cost of a step, in UNet rows times latent cells."""
        return self.unet_rows * self.bucket[0] * self.bucket[1]

    @property
    def remaining_cost(self) -> int:
        """The cost of the steps to come, in the unit of `cost`."""
        return self.cost * (self.total - self.done)

    def unet_inputs(self) -> tuple[list[torch.Tensor], torch.Tensor]:
        """Return the next step's latents, unconditional ones first, and timesteps, (rows,)."""
        timestep = self._timesteps[self.done]
        scaled = self.scheduler.scale_model_input(self.latents, timestep)
        timesteps = self._float_timesteps[self.done].expand(self.unet_rows)
        return ([scaled, scaled] if self.guided else [scaled]), timesteps

    def apply_prediction(self, prediction: torch.Tensor) -> None:
        """Take one step with the UNet's (rows, channels, h, w). What it raises leaves no trace."""
        if self.guided:
            unconditional, conditional = prediction.chunk(2)
            prediction = unconditional + self.plan.guidance * (conditional - unconditional)
        before = self._snapshot()
        timestep = self._timesteps[self.done]
        try:
            latents = self.scheduler.step(
                prediction, timestep, self.latents, return_dict=False, **self._extra
            )[0]
            self.latents = self._keep_unmasked(latents)
        except (NotImplementedError, ValueError) as error:
            self._restore(before)
            name = self.plan.scheduler or type(self.scheduler).__name__
            raise schedulers.unfit_for_model(name, error) from error
        except Exception:
            self._restore(before)
            raise
        self.done += 1

    def _keep_unmasked(self, latents: torch.Tensor) -> torch.Tensor:
        """Put the known part, as noisy as the next step expects it, over the latents (RePaint)."""
        if self._inpainting is None:
            return latents
        known, mask, noise = self._inpainting
        if self.done + 1 < self.total:
            following = self._timesteps[self.done + 1 : self.done + 2]
            known = self._add_noise(known, noise, following)
        return (1 - mask) * known + mask * latents

    def _add_noise(
        self, latents: torch.Tensor, noise: torch.Tensor, timestep: torch.Tensor
    ) -> torch.Tensor:
        noisy: torch.Tensor = self.scheduler.add_noise(latents, noise, timestep)
        return noisy

    def _draw_noise(self, model: Model) -> torch.Tensor:
        shape = (int(model.vae.config.latent_channels), *self.bucket)
        noise = [torch.randn(shape, generator=generator) for generator in self._generators]
        return torch.stack(noise).to(model.device)

    def _snapshot(self) -> tuple[dict[str, Any], list[torch.Tensor]]:
        """Copy the state of scheduler and generators cheaply: tensors are replaced, not changed."""
        state = {k: v[:] if isinstance(v, list) else v for k, v in vars(self.scheduler).items()}
        return state, [generator.get_state() for generator in self._generators if self._extra]

    def _restore(self, before: tuple[dict[str, Any], list[torch.Tensor]]) -> None:
        state, randomness = before
        vars(self.scheduler).clear()
        vars(self.scheduler).update(state)
        for generator, generator_state in zip(self._generators, randomness, strict=False):
            generator.set_state(generator_state)


def _takes_all_steps(model: Model, plan: Plan) -> bool:
    """Return whether the schedule begins with its first step, as diffusers' pipelines see it.

    Its inpainting of Stable Diffusion 1.x takes no Runge-Kutta steps at any strength.
    """
    return plan.image is None or (plan.strength == 1 and (plan.mask is None or model.is_sdxl))
