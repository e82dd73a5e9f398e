"""Our painter against diffusers' StableDiffusionPipeline at its defaults, on this machine.

Both have the same weights, steps, scheduler, size and guidance, read the prompt with the same
tokenizer (the pipeline is given embeddings, since its own tokenizer class misreads this
vocabulary), and both end with the encoded file. They take turns within one process.
"""

from __future__ import annotations

import inference  # noqa: F401  # before torch: it sets how torch's threads wait

# isort: split
import time
from collections.abc import Callable
from typing import Any

import torch

from benchmarks.report import Report
from inference import schedulers
from inference.checkpoint import Checkpoint
from inference.encoding import to_picture
from inference.model import Model, encode, load_model, predict
from inference.options import LoadOptions
from inference.painter import Painter
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
    """One picture and four; then the engine's steps against a bare loop around the UNet.

    compiled: ours with ENGINE_COMPILE=torch, diffusers' still at its defaults; no bare loop.
    """
    report = Report("compiled" if compiled else "painting")
    checkpoint = Checkpoint.find(model)
    own = load_model(checkpoint, options=LoadOptions(compile="torch" if compiled else "auto"))
    steps = steps or own.default_steps
    plain = load_model(checkpoint, dtype=torch.float32)
    pipe = _pipeline(plain)
    painter = Painter(own)
    for count, goal in ((1, ONE), (4, FOUR)):
        request = DrawRequest(PROMPT, count=count, seed=1, steps=steps)

        def ours(request: DrawRequest = request) -> object:
            return painter.paint(request)

        def theirs(count: int = count) -> object:
            return _theirs(pipe, plain, count, steps)

        seconds = _by_turns([ours, theirs], rounds)
        report.add(f"{count} of ours", [it * 1000 for it in seconds[0]], "ms")
        report.add(f"{count} of diffusers'", [it * 1000 for it in seconds[1]], "ms")
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
            begun = time.perf_counter()
            work()
            seconds[place].append(time.perf_counter() - begun)
    return seconds


def _pipeline(model: Model) -> Any:
    from diffusers import StableDiffusionPipeline

    unet = model.unet.to(memory_format=torch.contiguous_format)
    pipe = StableDiffusionPipeline(
        vae=model.vae.to(memory_format=torch.contiguous_format),
        text_encoder=model.text_encoder,
        tokenizer=None,
        unet=unet,
        scheduler=schedulers.make(model.default_scheduler, model.scheduler_config, 1, "cpu"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _theirs(pipe: Any, model: Model, count: int, steps: int) -> object:
    size = model.native_size
    pictures = pipe(
        prompt_embeds=encode(model, PROMPT)[None].float(),
        negative_prompt_embeds=encode(model, "")[None].float(),
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
        to_picture(
            (it * 255).round().astype("uint8"),
            size=(size * factor, size * factor),
            seed=1,
            model=model.name,
        )
        for it in pictures
    ]


def _overhead(report: Report, painter: Painter, steps: int, rounds: int) -> None:
    """Seconds between the first step and the last, in the engine and in a loop around the UNet."""
    model = painter.model
    side = -(-model.native_size // model.factor)
    embeddings = torch.stack([encode(model, ""), encode(model, PROMPT)])

    def bare() -> float:
        scheduler = schedulers.make(
            model.default_scheduler, model.scheduler_config, steps, model.device
        )
        latents = torch.randn(1, model.unet.config.in_channels, side, side) * 1.0
        times = []
        for at in scheduler.timesteps:
            rows = scheduler.scale_model_input(latents, at).expand(2, *latents.shape[1:])
            out = predict(model, rows, at.expand(2), embeddings)
            guided = out[:1] + model.default_guidance * (out[1:] - out[:1])
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
