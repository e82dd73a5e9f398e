"""Several processes that train one model: each has its own samples, and gradients are averaged.

On a CPU one thread each is faster than as many threads in one process: small layers leave threads
waiting for each other.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import torch
import torch.distributed as dist

from inference.training.config import Config


class Gradients:
    """The gradients of all weights in one stretch of memory, so that one exchange averages them."""

    def __init__(self, weights: Iterable[torch.nn.Parameter], extra: int = 1) -> None:
        """extra: how many numbers are averaged beside them."""
        self.weights = list(weights)
        total = sum(weight.numel() for weight in self.weights)
        self.flat = torch.zeros(total + extra, device=self.weights[0].device)
        self._extra = self.flat[total:]
        start = 0
        for weight in self.weights:
            weight.grad = self.flat[start : start + weight.numel()].view_as(weight)
            start += weight.numel()

    def average(self, *numbers: float) -> list[float]:
        """Make gradients and numbers the mean of all processes'; the numbers are returned."""
        self._extra.copy_(torch.tensor(numbers))
        if dist.is_initialized():
            dist.all_reduce(self.flat)
            self.flat /= dist.get_world_size()
        return [float(value) for value in self._extra]

    def forget(self) -> None:
        """Set all to zero, for the next step."""
        self.flat.zero_()


def first() -> bool:
    """Whether this process is the one that tells and keeps what comes of it."""
    return not dist.is_initialized() or dist.get_rank() == 0


def _join(
    rank: int, config: Config, count: int, meeting: str, run: Callable[[Config], None]
) -> None:
    torch.set_num_threads(max(1, config.threads // count))
    torch.manual_seed(config.seed + rank)
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=count)
    try:
        run(config)
    finally:
        dist.destroy_process_group()


def together(config: Config, run: Callable[[Config], None]) -> None:
    """Call run(config) in config.processes processes, each with its share of threads and batch."""
    count = config.processes
    if count == 1:
        run(config)
        return
    share = replace(config, unet_batch=max(1, config.unet_batch // count), processes=1)
    with tempfile.TemporaryDirectory() as folder:
        meeting = str(Path(folder) / "meeting")
        context = multiprocessing.get_context("spawn")
        members = [
            context.Process(target=_join, args=(rank, share, count, meeting, run))
            for rank in range(count)
        ]
        for member in members:
            member.start()
        for member in members:
            member.join()  # should one fail, the exchange fails in all others
    if any(member.exitcode for member in members):
        codes = [member.exitcode for member in members]
        raise RuntimeError(f"The training broke off: its processes ended with {codes}.")
