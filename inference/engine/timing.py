"""Time each call, and stay at most one call ahead of the device."""

from __future__ import annotations

import time
from typing import Any

import torch


class StepTimer:
    """Times the calls of a device.

    A GPU works on a queue: whoever fills it without looking reports steps that have not happened,
    and cannot stop within one. So the call before the last is waited for, which leaves the device
    always one to work on.
    """

    def __init__(self, device: torch.device) -> None:
        self._cuda = device.type == "cuda"
        self._device = device
        self._started: Any = None
        self._in_flight: list[tuple[Any, Any, Any]] = []

    def start(self) -> None:
        """Mark the beginning of a call."""
        self._started = self._now()

    def stop(self, call: Any) -> list[tuple[Any, float]]:
        """Mark that the device was given `call`. Returns the finished calls and their seconds."""
        if not self._cuda:
            return [(call, time.perf_counter() - self._started)]
        self._in_flight.append((call, self._started, self._now()))
        finished = []
        while len(self._in_flight) > 1:
            earlier, started, ended = self._in_flight.pop(0)
            ended.synchronize()
            finished.append((earlier, started.elapsed_time(ended) / 1000))
        return finished

    def _now(self) -> Any:
        if not self._cuda:
            return time.perf_counter()
        event: Any = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record(torch.cuda.current_stream(self._device))
        return event
