"""Our painter beside diffusers' StableDiffusionPipeline with its defaults, on this machine."""

from __future__ import annotations

import inference  # noqa: F401  # before torch: it sets how torch's threads wait

# isort: split
import time
from collections.abc import Callable
from typing import Any

import torch

from benchmarks.report import Report
from inference.backends.load import load_accelerated
from inference.engine.painter import EnginePainter
from inference.images.encode import encode_picture
from inference.load_options import LoadOptions
from inference.models import schedulers
from inference.models.checkpoint import Checkpoint
from inference.models.conditioning import concatenate
from inference.models.model import Model, condition, encode_prompt, predict
from inference.request import DrawRequest

ONE, FOUR, OVERHEAD = 2.5, 3.0, 3.0
ROUNDS = 7
LONG = 40  # steps in which what the engine adds is told from noise
PROMPT = "赤いりんご"


def run(
    *,
    rounds: int = ROUNDS,
    steps: int | None = None,
    model: str | None = None,
    compiled: bool = False,
) -> Report:
    """Measure one picture and four; then the engine's steps beside a plain loop around the UNet.

    compiled: ours with ENGINE_COMPILE=torch, diffusers' still with its defaults; no plain loop.
    """
    report = Report("compiled" if compiled else "painting")
    checkpoint = Checkpoint.find(model)
    own = load_accelerated(checkpoint, options=LoadOptions(compile="torch" if compiled else "auto"))
    steps = steps or own.default_steps
    plain = load_accelerated(checkpoint, dtype=torch.float32)
    pipe = _pipeline(plain)
    painter = EnginePainter(own)
    for count, goal in ((1, ONE), (4, FOUR)):
        request = DrawRequest(PROMPT, count=count, seed=1, steps=steps)

        def ours(request: DrawRequest = request) -> object:
            return painter.paint(request)

        def with_diffusers(count: int = count) -> object:
            return _paint_with_diffusers(pipe, plain, count, steps)

        seconds = _by_turns([ours, with_diffusers], rounds)
        report.add(f"{count} of ours", [value * 1000 for value in seconds[0]], "ms")
        report.add(f"{count} of diffusers'", [value * 1000 for value in seconds[1]], "ms")
        ratios = [b / a for a, b in zip(*seconds, strict=True)]
        report.add(f"ratio, {count}", ratios, "", at_least=goal)
        report.raw[f"{count}_s"] = seconds
    if not compiled:
        _overhead(report, painter, max(steps, LONG), rounds)
    painter.close()
    report.notes.append(
        f"{own.name}, {own.native_size} px, {steps} steps, {own.default_scheduler or 'own'}"
        f" scheduler, guidance {own.default_guidance:g}; {torch.get_num_threads()} threads;"
        f" ours by {own.runtime} in {painter.info.dtype}{', compiled' if compiled else ''},"
        " diffusers' in float32."
    )
    return report


def _by_turns(works: list[Callable[[], object]], rounds: int) -> list[list[float]]:
    for work in works:
        work()
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for place, work in enumerate(works):
            started = time.perf_counter()
            work()
            seconds[place].append(time.perf_counter() - started)
    return seconds


def _pipeline(model: Model) -> Any:
    from diffusers import StableDiffusionPipeline

    unet = model.unet.to(memory_format=torch.contiguous_format)
    pipe = StableDiffusionPipeline(
        vae=model.vae.to(memory_format=torch.contiguous_format),
        text_encoder=model.text_encoder,
        tokenizer=None,
        unet=unet,
        scheduler=schedulers.create_scheduler(
            model.default_scheduler, model.scheduler_config, 1, "cpu"
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _paint_with_diffusers(pipe: Any, model: Model, count: int, steps: int) -> object:
    size = model.native_size
    pictures = pipe(
        prompt_embeds=encode_prompt(model, PROMPT)[None].float(),
        negative_prompt_embeds=encode_prompt(model, "")[None].float(),
        num_images_per_prompt=count,
        num_inference_steps=steps,
        guidance_scale=model.default_guidance,
        width=size,
        height=size,
        generator=[torch.Generator().manual_seed(1 + i) for i in range(count)],
        output_type="np",
    ).images
    factor = max(1, -(-256 // size))
    return [
        encode_picture(
            (picture * 255).round().astype("uint8"),
            size=(size * factor, size * factor),
            seed=1,
            model=model.name,
        )
        for picture in pictures
    ]


def _overhead(report: Report, painter: EnginePainter, steps: int, rounds: int) -> None:
    """Report the seconds from first to last step, in the engine and in a loop around the UNet."""
    model = painter.model
    side = -(-model.native_size // model.factor)
    guidance, width = model.default_guidance, model.scale_width
    wish = condition(model, PROMPT)
    two = model.takes_two_rows(guidance, "")
    told = concatenate([condition(model, ""), wish]) if two else wish.with_guidance(guidance, width)

    def bare() -> float:
        scheduler = schedulers.create_scheduler(
            model.default_scheduler, model.scheduler_config, steps, model.device
        )
        latents = torch.randn(1, model.unet.config.in_channels, side, side) * 1.0
        times = []
        for at in scheduler.timesteps:
            rows = scheduler.scale_model_input(latents, at).expand(len(told), *latents.shape[1:])
            out = predict(model, rows, at.expand(len(told)), told)
            guided = out[:1] + guidance * (out[1:] - out[:1]) if two else out
            latents = scheduler.step(guided, at, latents, return_dict=False)[0]
            times.append(time.perf_counter())
        return times[-1] - times[0]

    def engine() -> float:
        times: list[float] = []
        painter.paint(
            DrawRequest(PROMPT, seed=1, steps=steps),
            on_step=lambda *_: times.append(time.perf_counter()),
        )
        return times[-1] - times[0]

    bare(), engine()
    pairs = [(bare(), engine()) for _ in range(2 * rounds + 1)]
    percent = [(ours / least - 1) * 100 for least, ours in pairs]
    report.add("engine beyond a bare loop", percent, "%", at_most=OVERHEAD)
    report.raw["bare_and_engine_s"] = pairs
