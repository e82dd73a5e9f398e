"""From a request to latents, step by step."""

from __future__ import annotations

import inspect
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from inference import schedulers
from inference.model import Model, predict
from inference.request import MAX_SEED, SIZE_STEP, DrawRequest

SMALLEST_DELIVERED = 256  # pixels: a chat shows nothing of a picture as large as a stamp
_SMALL_MODEL = 256


@dataclass(frozen=True)
class Plan:
    """A request with every default filled in.

    width, height: pixels painted; delivered: pixels handed over. guidance: 1 or less means that
    the negative prompt is not used and the UNet sees each picture once a step instead of twice.
    """

    prompt: str
    negative_prompt: str
    seeds: tuple[int, ...]
    steps: int
    guidance: float
    width: int
    height: int
    delivered: tuple[int, int]
    scheduler: str | None


def plan(model: Model, request: DrawRequest) -> Plan:
    """Check the request and fill in the model's defaults. Raises InvalidRequest."""
    request.check()
    first = secrets.randbelow(MAX_SEED + 1) if request.seed is None else request.seed
    painted, delivered = sizes(request.width, request.height, model.native_size)
    return Plan(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        seeds=tuple((first + i) % (MAX_SEED + 1) for i in range(request.count)),
        steps=model.default_steps if request.steps is None else request.steps,
        guidance=model.default_guidance if request.guidance is None else request.guidance,
        width=painted[0],
        height=painted[1],
        delivered=delivered,
        scheduler=model.default_scheduler if request.scheduler is None else request.scheduler,
    )


def sizes(
    width: int | None, height: int | None, native: int
) -> tuple[tuple[int, int], tuple[int, int]]:
    """The size to paint and the size to deliver, each (width, height) in pixels.

    A side left out is the model's native one. Pictures with a side under 256 pixels are delivered
    enlarged by a whole factor. A small model (256 pixels or less) cannot compose a picture several
    times its size: asked for more than twice its area, it paints that shape at its own size, and
    the picture is enlarged to what was asked for.
    """
    asked = (width or native, height or native)
    area, own = asked[0] * asked[1], native * native
    if native <= _SMALL_MODEL and area > 2 * own and min(asked) >= SMALLEST_DELIVERED:
        shrink = (own / area) ** 0.5
        painted = [max(1, round(side * shrink / SIZE_STEP)) * SIZE_STEP for side in asked]
        return (painted[0], painted[1]), asked
    factor = -(-SMALLEST_DELIVERED // min(asked))
    return asked, (asked[0] * factor, asked[1] * factor)


def denoise(
    model: Model, plan: Plan, positive: torch.Tensor, negative: torch.Tensor | None
) -> Iterator[tuple[int, int, torch.Tensor]]:
    """Yield (steps done, steps in all, latents) after every step; latents are (count, 4, h, w).

    positive, negative: embeddings (77, width); negative None means no guidance. The caller may stop
    asking at any step. Each picture has a random generator of its own, on the CPU whatever the
    device, so that a seed gives the same picture alone, among four, and on another machine.
    """
    scheduler = schedulers.make(plan.scheduler, model.scheduler_config, plan.steps, model.device)
    generators = [torch.Generator().manual_seed(seed) for seed in plan.seeds]
    count = len(generators)
    shape = (4, -(-plan.height // model.factor), -(-plan.width // model.factor))
    noise = torch.stack([torch.randn(shape, generator=generator) for generator in generators])
    latents = noise.to(model.device) * scheduler.init_noise_sigma
    embeddings = positive.expand(count, *positive.shape)
    if negative is not None:
        embeddings = torch.cat([negative.expand_as(embeddings), embeddings])
    extra: dict[str, Any] = {}
    if "generator" in inspect.signature(scheduler.step).parameters:
        extra["generator"] = generators
    total = len(scheduler.timesteps)
    for done, timestep in enumerate(scheduler.timesteps, start=1):
        rows = scheduler.scale_model_input(latents, timestep)
        if negative is not None:
            rows = torch.cat([rows, rows])
        prediction = predict(model, rows, timestep.expand(len(rows)), embeddings)
        if negative is not None:
            without, wanted = prediction.chunk(2)
            prediction = without + plan.guidance * (wanted - without)
        latents = scheduler.step(prediction, timestep, latents, return_dict=False, **extra)[0]
        yield done, total, latents
