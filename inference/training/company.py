"""Several processes that train one model: each has its own samples, and gradients are averaged.

On a CPU one thread each is faster than as many threads in one process: small layers leave threads
waiting for each other.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import torch
import torch.distributed as dist

from inference.training.config import Config

MEETING = "EFUDE_TRAINING_MEETING"  # the folder in which the processes of one training meet
MEMORY = "/dev/shm"  # noqa: S108 - on Linux a folder that is kept in memory
ROOM = 2**30  # bytes: the gradients of a dozen processes


class Gradients:
    """The gradients of all weights in one stretch of memory, which all processes can read.

    Each makes the mean of a share of them and takes the other shares as they are: a few copies
    (50 samples a second on two cores, where an exchange over sockets gave 47).
    """

    def __init__(self, weights: Iterable[torch.nn.Parameter], extra: int = 1) -> None:
        """extra: how many numbers are averaged beside them."""
        self.weights = list(weights)
        total = sum(weight.numel() for weight in self.weights)
        if dist.is_initialized():
            self._all = [
                torch.from_file(str(path), shared=True, size=total + extra)
                for path in (_meeting_folder() / f"gradients-{n}" for n in range(_count()))
            ]
            self.flat = self._all[dist.get_rank()].zero_()
        else:
            self.flat = torch.zeros(total + extra, device=self.weights[0].device)
            self._all = [self.flat]
        edges = [len(self.flat) * n // len(self._all) for n in range(len(self._all) + 1)]
        self._shares = [slice(*pair) for pair in pairwise(edges)]
        self._extra, self._gradients = self.flat[total:], self.flat[:total]
        start = 0
        for weight in self.weights:
            weight.grad = self.flat[start : start + weight.numel()].view_as(weight)
            start += weight.numel()

    def average(self, *numbers: float) -> list[float]:
        """Make gradients and numbers the mean of all processes'; the numbers are returned."""
        self._extra.copy_(torch.tensor(numbers))
        if len(self._all) > 1:
            self._exchange()
        return [float(value) for value in self._extra]

    def _exchange(self) -> None:
        rank = dist.get_rank()
        ours = self.flat[self._shares[rank]]
        dist.barrier()  # now every process has its gradients
        for nth, theirs in enumerate(self._all):
            if nth != rank:
                ours += theirs[self._shares[rank]]
        ours /= len(self._all)
        dist.barrier()  # now every share is the mean
        for share, theirs in zip(self._shares, self._all, strict=True):
            if theirs is not self.flat:
                self.flat[share] = theirs[share]
        dist.barrier()  # now nobody reads any more, and all may forget

    def clip(self, most: float) -> float:
        """Shorten the gradients to `most` where they are longer; how long they were."""
        length = float(self._gradients.norm())
        if length > most:
            self._gradients *= most / length
        return length

    def forget(self) -> None:
        """Set all to zero, for the next step."""
        self.flat.zero_()


def _count() -> int:
    return dist.get_world_size() if dist.is_initialized() else 1


def _meeting_folder() -> Path:
    return Path(os.environ[MEETING])


def first() -> bool:
    """Whether this process is the one that tells and keeps what comes of it."""
    return not dist.is_initialized() or dist.get_rank() == 0


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, or it would train on for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _memory() -> str | None:
    """A folder that is kept in memory, or None where there is none with room (containers)."""
    usable = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if usable else None


def _join(
    rank: int, config: Config, count: int, meeting: str, run: Callable[[Config], None]
) -> None:
    torch.set_num_threads(max(1, config.threads // count))
    torch.manual_seed(config.seed + rank)
    os.environ[MEETING] = meeting
    threading.Thread(target=_end_with_parent, daemon=True).start()
    method = f"file://{meeting}/meeting"
    dist.init_process_group("gloo", init_method=method, rank=rank, world_size=count)
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
    with tempfile.TemporaryDirectory(dir=_memory()) as meeting:
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
