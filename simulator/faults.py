"""Faults on order: errors, dropped connections and delays at chosen endpoints."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from simulator.errors import ControlError

ENDPOINTS = (
    "reply", "push", "multicast", "validate", "loading", "markAsRead", "quota", "content",
    "profile", "group", "info", "webhook", "richmenu", "oauth", "*",
)  # fmt: skip
KINDS = (
    "500", "400", "401", "404", "410", "202", "429-rate", "429-quota",
    "drop", "drop-after", "500-after", "hang", "hang-after", "latency",
)  # fmt: skip
MAX_MS = 600_000
# `hang` without a length outlives every timeout that a bot could reasonably have.
DEFAULT_MS = {"latency": 1000, "hang": 60_000, "hang-after": 60_000}


@dataclass
class Fault:
    """One kind of trouble at one endpoint, `times` times (-1: for ever).

    500, 400, 401, 404, 410, 429-rate, 429-quota: refused with that status, nothing done. 202: the
    content is still being prepared.
    500-after: the work is done, the answer is 500. drop: the connection is closed without an
    answer, nothing done. drop-after: the work is done, then the connection is closed. hang: nothing
    for `ms`, then closed, nothing done. hang-after: the work is done at once, but no answer for
    `ms`, then closed. latency: everything as usual, `ms` later.
    """

    endpoint: str
    kind: str
    times: int
    ms: int

    def as_json(self) -> dict[str, Any]:
        """Return the fault as /api/faults shows it."""
        return {
            "endpoint": self.endpoint,
            "kind": self.kind,
            "times": self.times,
            "ms": self.ms,
        }


@dataclass
class Faults:
    """The faults on order, oldest first. Thread-safe."""

    _faults: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _calm: threading.Event = field(default_factory=threading.Event)

    def add(self, order: dict[str, Any]) -> Fault:
        """Order a fault. Raises ControlError if its parameters are invalid."""
        endpoint, kind = order.get("endpoint", "*"), order.get("kind")
        times = order.get("times", 1)
        if endpoint not in ENDPOINTS:
            raise ControlError(f"endpoint must be one of {', '.join(ENDPOINTS)}")
        if kind not in KINDS:
            raise ControlError(f"kind must be one of {', '.join(KINDS)}")
        if type(times) is not int or (times < 1 and times != -1):
            raise ControlError("times must be a whole number from 1 on, or -1 for ever")
        ms = order.get("ms", DEFAULT_MS.get(kind, 0))
        if type(ms) is not int or not 0 <= ms <= MAX_MS:
            raise ControlError(f"ms must be a whole number from 0 to {MAX_MS}")
        fault = Fault(endpoint, kind, times, ms)
        with self._lock:
            self._faults.append(fault)
        return fault

    def strike(self, endpoint: str) -> Fault | None:
        """Return the fault that the next request to `endpoint` meets, and count it. Returns None
        if there is none.
        """
        with self._lock:
            for fault in self._faults:
                if fault.endpoint in (endpoint, "*"):
                    if fault.times > 0:
                        fault.times -= 1
                        if fault.times == 0:
                            self._faults.remove(fault)
                    return fault
        return None

    def pause(self, ms: int) -> None:
        """Sleep, or until the faults are cleared."""
        if ms > 0:
            self._calm.wait(ms / 1000)

    def clear(self) -> None:
        """Clear every fault and release the requests that hang in one."""
        with self._lock:
            self._faults.clear()
            self._calm.set()
            self._calm = threading.Event()

    def as_json(self) -> list[dict[str, Any]]:
        """Return the faults still on order."""
        with self._lock:
            return [fault.as_json() for fault in self._faults]
