"""The painter with ENGINE_COMPILE=torch against diffusers' pipeline, once it has started."""

from __future__ import annotations

from benchmarks import painting
from benchmarks.report import Report


def run(*, rounds: int = painting.ROUNDS, model: str | None = None) -> Report:
    """One picture and four, as in benchmarks.painting; raises ModelUnavailable without g++."""
    return painting.run(rounds=rounds, model=model, compiled=True)
