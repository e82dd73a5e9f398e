"""The benchmark of letters, in small: it measures, and its claim can be missed."""

from __future__ import annotations

from benchmarks import letters


def test_it_measures_letters_beside_encoding() -> None:
    report = letters.run(rounds=1)
    figures = {figure.name: figure for figure in report.figures}
    assert figures["letters across"].value > 0
    assert figures["letters down"].at_most == letters.AT_MOST
    assert len(report.raw["milliseconds"]["encoding"]) == 1
