"""Checks of the CUDA path: old layouts, other families, float32, and diffusers beside ours.

The families are small and have random weights. Shared by benchmarks.gpu_checks.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from benchmarks.check_runner import CheckRunner, require
from inference.backends.load import load_accelerated
from inference.engine.painter import EnginePainter
from inference.load_options import LoadOptions
from inference.models import schedulers
from inference.models.checkpoint import Checkpoint
from inference.models.model import Model, encode_prompt
from inference.painter import Painter, load_painter
from inference.request import DrawRequest, Picture

NEAR = 2.0  # of 255, mean: what half precision rounds, and no other picture
PROMPT, STEPS, GUIDANCE, SEED = "赤いりんご", 8, 5.0, 11


def load_for_checks(folder: str | None, device: str) -> Painter:
    """Load without compiling: what is checked is torch on the device itself."""
    return load_painter(folder, device=device, options=LoadOptions(compile="off"))


def pixels_of(picture: Picture) -> NDArray[np.int16]:
    """Decode a picture, (height, width, 3)."""
    return np.asarray(picture.image.convert("RGB")).astype(np.int16)


def mean_difference(one: Picture, other: Picture) -> float:
    """Return how far two pictures are apart, of 255, on average."""
    return float(np.abs(pixels_of(one) - pixels_of(other)).mean())


def run_family_checks(runner: CheckRunner, place: Path, device: str) -> None:
    """Check old layouts, a safety checker and the families, each of small random weights."""
    from tests.inference.pipelines import families
    from tests.inference.tiny import make_checkpoint

    def paint(make: Callable[[], Path]) -> str:
        with load_for_checks(str(make()), device) as painter:
            request = DrawRequest("a cat", seed=1, steps=3, count=2, width=64, height=64)
            pictures = painter.paint(request)
            require(len(pictures) == 2, f"{len(pictures)} pictures")
            require(not any(picture.flagged for picture in pictures), "a picture was refused")
            return painter.info.numerics

    layouts: dict[str, Callable[[], Path]] = {
        "the layout of 2022": lambda: make_checkpoint(place / "bin", weights="bin"),
        "a safety checker": lambda: make_checkpoint(place / "safe", safety=True),
        "SDXL": lambda: families.make_sdxl(place / "sdxl"),
        "Japanese SDXL": lambda: families.make_sdxl(place / "sdxl-ja", japanese=True),
        "PixArt": lambda: families.make_pixart(place / "pixart"),
        "Z-Image": lambda: families.make_z_image(place / "z_image"),
        "LCM": lambda: families.make_lcm(place / "lcm"),
    }
    for name, make in layouts.items():
        runner.run(f"family: {name}", partial(paint, make))


def in_float32(folder: str | None, device: str) -> str:
    """Paint in float32 on the device."""
    model = load_accelerated(Checkpoint.find(folder), device=device, dtype=torch.float32)
    with EnginePainter(model) as painter:
        spread = float(
            pixels_of(painter.paint(DrawRequest("赤いりんご", seed=5, steps=6))[0]).std()
        )
    require(spread > 0.5, "the picture has one colour")
    return painter.info.numerics


def beside_diffusers(painter: Painter, folder: str | None, scheduler: str, device: str) -> str:
    """Paint two pictures as diffusers' StableDiffusionPipeline does on the device, from our noise.

    diffusers keeps latents in the weights' precision, we keep them in float32.
    """
    model = load_accelerated(Checkpoint.find(folder), device=device)
    theirs = _by_diffusers(model, scheduler)
    request = DrawRequest(
        PROMPT, seed=SEED, count=2, steps=STEPS, guidance=GUIDANCE, scheduler=scheduler
    )
    apart = []
    for ours, other in zip(painter.paint(request), theirs, strict=True):
        pixels = pixels_of(ours)
        enlarged = Image.fromarray(other).resize(
            (pixels.shape[1], pixels.shape[0]), Image.Resampling.LANCZOS
        )
        apart.append(float(np.abs(pixels - np.asarray(enlarged).astype(np.int16)).mean()))
    require(max(apart) < NEAR, f"apart {apart}")
    return f"apart {max(apart):.3f} at most"


def _by_diffusers(model: Model, scheduler: str) -> list[NDArray[np.uint8]]:
    from diffusers import StableDiffusionPipeline

    parts: dict[str, Any] = {
        "vae": model.vae,
        "text_encoder": model.text_encoder,
        "unet": model.unet,
        "scheduler": schedulers.create_scheduler(
            scheduler, model.scheduler_config, STEPS, model.device
        ),
        "tokenizer": None,
        "safety_checker": None,
        "feature_extractor": None,
    }
    pipe = StableDiffusionPipeline(**parts, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    cells = model.native_size // model.factor
    channels = int(model.vae.config.latent_channels)
    noise = [
        torch.randn(channels, cells, cells, generator=torch.Generator().manual_seed(SEED + n))
        for n in range(2)
    ]
    images = pipe(
        prompt_embeds=encode_prompt(model, PROMPT)[None],
        negative_prompt_embeds=encode_prompt(model, "")[None],
        num_images_per_prompt=2,
        num_inference_steps=STEPS,
        guidance_scale=GUIDANCE,
        width=model.native_size,
        height=model.native_size,
        latents=torch.stack(noise).to(model.device, model.dtype),
        output_type="np",
    ).images
    return [(image * 255).round().astype(np.uint8) for image in images]
