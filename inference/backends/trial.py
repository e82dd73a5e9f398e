"""Try every part of a model once, in the smallest size, before anybody waits for a picture.

A config.json may be wrong in ways that shapes of weights do not show: then loading goes well, and
each picture fails.
"""

from __future__ import annotations

import numpy as np
import torch

from inference.errors import ModelUnavailable, OutOfMemory
from inference.models.conditioning import Conditioning
from inference.models.model import Model, condition, decode_latent, encode_image, predict
from inference.torch_errors import try_call

_MIDDLE = 500.0  # of the training times of a Stable Diffusion


def try_model(model: Model) -> None:
    """Read a prompt, take a step, decode and encode a picture, check it. Raises ModelUnavailable.

    A decoder that overflows in half precision is left to the pictures, of which few may do so; and
    so is a lack of memory.
    """
    cells = 2 ** (len(model.unet.config.block_out_channels) - 1)
    side = cells * model.factor
    shape = (1, int(model.vae.config.latent_channels), cells, cells)
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(model.device)
    picture = np.full((side, side, 3), 127, np.uint8)
    rows: list[Conditioning] = []

    def read() -> None:
        row = condition(model, "a cat").with_size(side, side)
        rows.append(row.with_guidance(1.0, model.scale_width))

    def step() -> None:
        [row], times = rows, torch.tensor([_MIDDLE], device=model.device)
        predicted = predict(model, noise, times, row)
        if predicted.shape != noise.shape or not torch.isfinite(predicted).all():
            raise ValueError("it does not predict a number for each of its latents")

    def decode() -> None:
        if (model.vae_dtype or model.dtype) != torch.float16:
            decode_latent(model, noise[0] * 0)
        encode_image(model, picture)

    attempts = {"text_encoder": read, "unet": step, "vae": decode}
    if checker := model.safety_checker:
        attempts["safety_checker"] = lambda: checker.classify([picture])  # type: ignore[assignment]
    for part, attempt in attempts.items():
        _, error = try_call(attempt)
        if isinstance(error, OutOfMemory):
            return
        if error is not None:
            raise ModelUnavailable(
                f"{model.name} cannot be used: its {part} fails when it is tried ({error})."
                f" {part}/config.json may not be that of its weights; download both again."
            ) from error
