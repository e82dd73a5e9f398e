"""Checks of the CUDA path while its memory is short: nothing may be lost that could be painted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import torch

from benchmarks.check_runner import CheckRunner, require
from benchmarks.gpu_checks import paint_at_once
from inference.errors import OutOfMemory
from inference.painter import Painter
from inference.request import DrawRequest

MIB = 2**20
_ROOM = 4 * 2**30  # bytes of the card that the checks play with
FOUR = DrawRequest("猫", count=4, seed=1, steps=4)


def run_memory_checks(runner: CheckRunner, painter: Painter) -> None:
    """Check a painter on a CUDA device with less and less of its memory free."""
    for name, check in (
        ("four pictures, and what they take", partial(_peak, painter)),
        ("four with 1 MiB left", partial(_refused_or_painted, painter)),
        ("four after memory ran out", partial(_four, painter)),
        ("asked for less each time, 24 MiB left", partial(_smaller, painter, 24)),
        ("asked for less each time, 4 MiB left", partial(_smaller, painter, 4)),
        ("eight requests at once, 48 MiB left", partial(_eight, painter)),
        ("four with all memory free again", partial(_four, painter)),
    ):
        runner.run(f"memory: {name}", check)


@contextmanager
def only_free(mebibytes: int) -> Iterator[None]:
    """Leave this process so much of the card, and give all of it back in the end."""
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.empty_cache()
    allowed = torch.cuda.memory_reserved() + _ROOM
    torch.cuda.set_per_process_memory_fraction(min(1.0, allowed / total))
    filler = torch.empty(_ROOM - mebibytes * MIB, dtype=torch.uint8, device="cuda")
    try:
        yield
    finally:
        del filler
        torch.cuda.set_per_process_memory_fraction(1.0)
        torch.cuda.empty_cache()


def _four(painter: Painter) -> str:
    pictures = painter.paint(FOUR)
    require(len(pictures) == 4, f"{len(pictures)} pictures")
    return f"{painter.status().slots} of {painter.slots} slots"


def _peak(painter: Painter) -> str:
    torch.cuda.reset_peak_memory_stats()
    held = torch.cuda.memory_allocated()
    _four(painter)
    return f"{(torch.cuda.max_memory_allocated() - held) / MIB:.0f} MiB beyond what was held"


def _refused_or_painted(painter: Painter) -> str:
    with only_free(1):
        try:
            painter.paint(FOUR)
        except OutOfMemory as error:
            require(not error.permanent, "it says that trying again is of no use")
            return f"OutOfMemory: {error}"
    return "painted all the same"


def _smaller(painter: Painter, mebibytes: int) -> str:
    request: DrawRequest | None = FOUR
    with only_free(mebibytes):
        while request is not None:
            try:
                return f"{len(painter.paint(request))} painted at once"
            except OutOfMemory:
                request = request.smaller()
    return "not even one was painted"


def _eight(painter: Painter) -> str:
    with only_free(48):
        requests = [replace(FOUR, seed=n, count=2) for n in range(8)]
        painted = paint_at_once(painter, requests)
    return f"{sum(map(len, painted))} pictures, {painter.status().slots} slots now"
