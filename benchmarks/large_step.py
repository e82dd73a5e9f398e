"""One denoising step of a full-size Stable Diffusion 1.x UNet on a CPU, ours beside diffusers'."""

from __future__ import annotations

import inference  # noqa: F401  # before torch: it sets how torch's threads wait

# isort: split
import time
from collections.abc import Callable
from typing import Any

import torch

from benchmarks.report import Report
from inference.models import device

ROUNDS = 3
SIDE = 64  # latent cells of 512 pixels


def run(*, rounds: int = ROUNDS, side: int = SIDE, tiny: bool = False) -> Report:
    """Measure seconds a step, in turn. tiny: a UNet of a few layers, to try this benchmark."""
    from diffusers import UNet2DConditionModel

    report = Report("large step")
    shape: dict[str, Any] = {}
    if tiny:
        shape = {
            "block_out_channels": (32, 64),
            "layers_per_block": 1,
            "attention_head_dim": 4,
            "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
            "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
        }
    torch.manual_seed(0)
    plain = UNet2DConditionModel(sample_size=side, cross_attention_dim=768, **shape).eval()
    ours = UNet2DConditionModel(sample_size=side, cross_attention_dim=768, **shape)
    ours.load_state_dict(plain.state_dict())
    dtype = device.choose_dtype(torch.device("cpu"))
    ours.to(dtype).eval()
    order = device.choose_memory_format(
        torch.device("cpu"), dtype, ours.config.block_out_channels[0], side
    )
    ours.to(memory_format=order)
    rows, words = torch.randn(2, 4, side, side), torch.randn(2, 77, 768)
    at = torch.tensor([500, 500])

    def step(unet: torch.nn.Module, kind: torch.dtype) -> Callable[[], object]:
        def call() -> object:
            with torch.no_grad():
                return unet(rows.to(kind), at, encoder_hidden_states=words.to(kind))

        return call

    works = [step(ours, dtype), step(plain, torch.float32)]
    seconds: list[list[float]] = [[], []]
    for number in range(rounds + 1):  # the first round only warms
        for place, work in enumerate(works):
            started = time.perf_counter()
            work()
            if number:
                seconds[place].append(time.perf_counter() - started)
    report.add("a step of ours", seconds[0], "s")
    report.add("a step of diffusers'", seconds[1], "s")
    ratios = [b / a for a, b in zip(*seconds, strict=True)]
    report.add("ratio", ratios, "", at_least=1.0)
    choices = [str(choice).removeprefix("torch.") for choice in (dtype, order)]
    report.notes.append(f"ours: {', '.join(choices)}; {torch.get_num_threads()} threads")
    return report
