"""As fast as the silicon: threads, the type of numbers, their order in memory.

What depends on the machine is measured on the machine, in less than a second as the model loads.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from pathlib import Path

import torch

from inference.errors import ModelUnavailable
from inference.models import choices

_CGROUPS = Path("/sys/fs/cgroup")
_WORTH_IT = 1.05  # how much faster another order in memory must be; bfloat16 rounds, so:
_WORTH_ROUNDING = 1.2
_ROUNDS = 3
_MOST_ROUNDS, _SECONDS = 50, 0.5  # of quick work
_LARGEST = 320 * 32  # channels times cells a side in the measurement; more would only take longer


def usable_cores(cgroups: Path = _CGROUPS) -> int:
    """Return the cores that this process may really use: of its affinity, and of its cgroup's
    quota.

    torch knows nothing of the quota, and starts a thread for every core of the host: a container
    with two of its 64 cores then spends its time waiting for threads that may not run.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, math.ceil(min(cores or 1, _quota(cgroups))))


def set_threads(wish: int | None) -> int:
    """Let torch compute with so many threads; None: the usable cores. Returns the number.

    OMP_NUM_THREADS counts where nothing is wished for. With several workers on one machine, wish
    for its cores divided by the workers: they cannot see each other.
    """
    if wish is None and os.environ.get("OMP_NUM_THREADS", "").isdecimal():
        return torch.get_num_threads()
    torch.set_num_threads(wish or usable_cores())
    return torch.get_num_threads()


def choose_device(name: str | None) -> torch.device:
    """Return the named device, or the best there is for None or "auto".

    Raises ModelUnavailable if this machine has no such device.
    """
    if not name or name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ModelUnavailable(
            f"DEVICE is {name!r}; it must be cpu, cuda, cuda:<number> or mps."
        ) from error
    count = torch.cuda.device_count() if device.type == "cuda" else 1
    missing = device.type == "mps" and not torch.backends.mps.is_available()
    if missing or count <= (device.index or 0):
        raise ModelUnavailable(
            f"DEVICE is {name!r}, but torch sees no such device here. Check the driver and that"
            " torch was built for it, or leave DEVICE out."
        )
    return device


def choose_dtype(device: torch.device) -> torch.dtype:
    """Choose half precision where the hardware computes in it; elsewhere it is only slower."""
    if device.type == "cuda":
        return torch.float16
    if device.type == "cpu" and cpu_flags() & {"avx512_bf16", "amx_bf16"}:
        return torch.bfloat16 if bfloat16_is_faster() else torch.float32
    return torch.float32


def remembered_dtype(device: torch.device, model: str) -> torch.dtype:
    """Choose a dtype; on a processor the one of before, since another rounds otherwise.

    model: the checkpoint's name.
    """
    if device.type != "cpu":
        return choose_dtype(device)
    question = f"{model}: precision, {torch.get_num_threads()} threads"
    name = choices.recall(question, lambda: str(choose_dtype(device)).removeprefix("torch."))
    return torch.bfloat16 if name == "bfloat16" else torch.float32


def cpu_flags() -> set[str]:
    """Return what the processor says it can do."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    return set(next((line for line in lines if line.startswith("flags")), "").split())


def bfloat16_is_faster(channels: int = 320, side: int = 32) -> bool:
    """Return whether this processor is clearly faster at a layer of Stable Diffusion in
    bfloat16.
    """
    whole = _layer(channels, side, torch.float32, torch.contiguous_format)
    half = _layer(channels, side, torch.bfloat16, torch.contiguous_format)
    return is_faster(half, whole, _WORTH_ROUNDING)


def choose_memory_format(
    device: torch.device, dtype: torch.dtype, channels: int, side: int
) -> torch.memory_format:
    """Return the order of numbers in memory that convolutions of this size are fastest in.

    On a GPU channels last, which its matrix units want. On a CPU it depends on the processor and on
    the type of number, so both are tried: channels last was found 1.4 times as fast in float32, and
    in bfloat16 a quarter slower.
    """
    if device.type == "cuda":
        return torch.channels_last
    if device.type != "cpu":
        return torch.contiguous_format
    side = min(side, max(1, _LARGEST // channels))
    last, first = (
        _layer(channels, side, dtype, order)
        for order in (torch.channels_last, torch.contiguous_format)
    )
    return torch.channels_last if is_faster(last, first, _WORTH_IT) else torch.contiguous_format


def is_faster(
    candidate: Callable[[], object], baseline: Callable[[], object], factor: float
) -> bool:
    """Return whether the candidate takes at most 1 / factor of the baseline's time.

    By turns, the best of each: three rounds at least, and quick work for half a second, since other
    processes disturb some milliseconds more than their share, and the answer is kept for good.
    """
    seconds = {candidate: math.inf, baseline: math.inf}
    for work in (candidate, baseline):
        work()
    started, rounds = time.perf_counter(), 0
    while rounds < _ROUNDS or (rounds < _MOST_ROUNDS and time.perf_counter() - started < _SECONDS):
        for work in (candidate, baseline):
            begun = time.perf_counter()
            work()
            seconds[work] = min(seconds[work], time.perf_counter() - begun)
        rounds += 1
    return seconds[candidate] * factor <= seconds[baseline]


def _layer(
    channels: int, side: int, dtype: torch.dtype, order: torch.memory_format
) -> Callable[[], object]:
    """Half of a residual block, which a UNet spends most of its time in, for two rows."""
    groups = math.gcd(channels, 32)
    layer = torch.nn.Sequential(
        torch.nn.GroupNorm(groups, channels),
        torch.nn.SiLU(),
        torch.nn.Conv2d(channels, channels, 3, padding=1),
    )
    layer.to(dtype).to(memory_format=order)  # type: ignore[call-overload]
    layer.requires_grad_(False)
    rows = torch.ones(2, channels, side, side, dtype=dtype).contiguous(memory_format=order)
    return lambda: layer(rows)


def _quota(cgroups: Path) -> float:
    """Cores of the control group's quota; infinite where there is none."""
    try:
        allowed, period = (cgroups / "cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        try:  # the first version of cgroups
            allowed, period = (
                (cgroups / "cpu" / f"cpu.cfs_{name}_us").read_text(encoding="ascii").strip()
                for name in ("quota", "period")
            )
        except (OSError, ValueError):
            return math.inf
    if not allowed.isdecimal() or not int(period):
        return math.inf
    return int(allowed) / int(period)
