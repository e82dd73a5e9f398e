"""The nearest-rank percentile."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest of some ascending values that `share` (0 to 1) of them do not exceed.

    Raises IndexError if there are none.
    """
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
