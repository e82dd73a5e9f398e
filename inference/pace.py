"""How long each call takes, and never more than one call ahead of the device."""

from __future__ import annotations

import time
from typing import Any

import torch


class Pace:
    """Times the calls on a device.

    A GPU works on a queue: whoever fills it without looking reports steps that have not happened,
    and cannot stop within one. So the call before the last is waited for, which leaves the device
    always one to work on.
    """

    def __init__(self, device: torch.device) -> None:
        self._cuda = device.type == "cuda"
        self._device = device
        self._began: Any = None
        self._flying: list[tuple[Any, Any, Any]] = []

    def start(self) -> None:
        """A call begins."""
        self._began = self._now()

    def stop(self, what: Any) -> list[tuple[Any, float]]:
        """The call `what` has been given to the device; the calls known to be over, in seconds."""
        if not self._cuda:
            return [(what, time.perf_counter() - self._began)]
        self._flying.append((what, self._began, self._now()))
        over = []
        while len(self._flying) > 1:
            earlier, began, ended = self._flying.pop(0)
            ended.synchronize()
            over.append((earlier, began.elapsed_time(ended) / 1000))
        return over

    def _now(self) -> Any:
        if not self._cuda:
            return time.perf_counter()
        event: Any = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record(torch.cuda.current_stream(self._device))
        return event
