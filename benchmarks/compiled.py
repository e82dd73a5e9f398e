"""The painter with ENGINE_COMPILE=torch beside diffusers' pipeline, after the warm-up."""

from __future__ import annotations

from benchmarks import painting
from benchmarks.report import Report


def run(*, rounds: int = painting.ROUNDS, model: str | None = None) -> Report:
    """Measure one picture and four, as benchmarks.painting does. Raises ModelUnavailable without
    g++.
    """
    return painting.run(rounds=rounds, model=model, compiled=True)
