"""What a painter is doing right now. No torch."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

OnStep = Callable[[int, int], None]  # (steps done, steps in all)

_WINDOW_SECONDS = 10.0


@dataclass(frozen=True)
class Progress:
    """How far a request is: `done` of `total` steps of so many pictures."""

    pictures: int
    done: int
    total: int


@dataclass(frozen=True)
class Status:
    """What the engine is doing.

    waiting: requests not yet in the batch. active: requests in it. unet_rows: UNet rows of the last
    call. slots: pictures of the model's own size that a call may hold now; it is lower than what
    was set while memory is short. unet_calls: calls since the start. steps_per_second: steps of
    single pictures over the last ten seconds. requests: those in the batch, in the order of
    joining. side_tasks: pictures encoded, decoded and checked beside the steps since the start.
    """

    waiting: int
    active: int
    unet_rows: int
    slots: int
    unet_calls: int
    steps_per_second: float
    requests: tuple[Progress, ...]
    side_tasks: int = 0


class StepRate:
    """Steps a second over the last ten seconds. One thread records, any thread reads."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, int]] = deque(maxlen=4096)

    def record(self, steps: int) -> None:
        """Count steps that were taken just now."""
        self._recent.append((time.monotonic(), steps))

    def per_second(self) -> float:
        """Return the mean rate of the last ten seconds."""
        since = time.monotonic() - _WINDOW_SECONDS
        return sum(steps for at, steps in list(self._recent) if at > since) / _WINDOW_SECONDS
