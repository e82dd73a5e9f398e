"""Delays between the tries of anything that failed for the moment."""

from __future__ import annotations

from collections.abc import Sequence


def retry_delay(delays: Sequence[float], failures: int) -> float:
    """Return the seconds to wait after this many failures in a row; the last delay repeats."""
    return delays[min(max(failures, 1), len(delays)) - 1]
