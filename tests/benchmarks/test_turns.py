"""The benchmark of turns, in small: it measures claims and places, and its claims can be missed."""

from __future__ import annotations

from benchmarks import turns


def test_it_measures_every_pattern() -> None:
    report = turns.run(queued=60, painted=40, rounds=2)
    assert len(report.figures) == 8
    for figure in report.figures:
        assert figure.value > 0
        assert figure.at_most is not None
    assert set(report.raw) == {*turns.PATTERNS, "all"}
