"""The measurement behind the table of growth, in small, on the real PostgreSQL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import growth
from scripts.growth import measured


@pytest.mark.services
def test_it_measures_what_the_simulation_needs(tmp_path: Path) -> None:
    results = growth.measure(events=240, pictures=8, most=2)
    assert results["reading"].keys() == {"1", "2"}
    kept = tmp_path / "growth.json"
    kept.write_text(json.dumps(results), encoding="utf-8")
    times = measured(kept)
    assert all(seconds > 0 for seconds in vars(times).values()), times
