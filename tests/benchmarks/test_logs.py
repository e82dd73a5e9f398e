"""The benchmark of log lines, in small: it measures, and its claim can be missed."""

from __future__ import annotations

from benchmarks import logs


def test_it_measures_both() -> None:
    report = logs.run(rounds=1, lines=20)
    figures = {figure.name: figure for figure in report.figures}
    assert figures["a line without the stream"].value > 0
    assert figures["what the stream adds for the writer"].at_most == logs.AT_MOST
    assert len(report.raw["microseconds"]["kept"]) == 1
