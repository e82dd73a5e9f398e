"""Log lines that strangers can cause: counted, and written at most once a minute for each kind."""

from __future__ import annotations

import threading
import time
from collections import Counter

INTERVAL_SECONDS = 60.0


class LogThrottle:
    """Decide which of many equal events is logged. Thread-safe."""

    def __init__(self, interval: float = INTERVAL_SECONDS) -> None:
        self._interval = interval
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._logged_at: dict[str, float] = {}

    def count(self, kind: str) -> int:
        """Count an event of this kind; return how many to log now, 0 if it is too early.

        kind: one of a few names of ours, never a stranger's word.
        """
        with self._lock:
            self._counts[kind] += 1
            now = time.monotonic()
            if now - self._logged_at.get(kind, -self._interval) < self._interval:
                return 0
            self._logged_at[kind] = now
            return self._counts.pop(kind)
