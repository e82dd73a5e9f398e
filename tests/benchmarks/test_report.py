"""Tables and JSON of the benchmarks."""

from __future__ import annotations

import json

import pytest

from benchmarks.report import Report, percentile, table, to_json

pytestmark = pytest.mark.slow


def a_report() -> Report:
    report = Report("callback")
    report.add("ratio", [0.5, 0.3, 0.7], "", at_least=0.4)
    report.add("p99", 120.0, "ms", at_most=100.0)
    report.add("speed", [900.0, 1100.0], "requests/s")
    return report


def test_a_figure_is_the_median_with_its_spread() -> None:
    ratio, p99, speed = a_report().figures
    assert (ratio.value, ratio.low, ratio.high, ratio.met) == (0.5, 0.3, 0.7, True)
    assert (p99.value, p99.low, p99.high, p99.met) == (120.0, None, None, False)
    assert (speed.value, speed.met) == (1000.0, None)


def test_the_table_says_which_claim_was_missed() -> None:
    lines = table(a_report()).splitlines()
    assert lines[0] == "callback"
    assert lines[2].split() == ["ratio", "0.5", "0.3-0.7", ">=", "0.4", "met"]
    assert lines[3].split() == ["p99", "120", "ms", "<=", "100", "MISSED"]


def test_the_json_tells_where_and_how() -> None:
    content = json.loads(to_json([a_report()], "python -m benchmarks callback"))
    assert content["command"] == "python -m benchmarks callback"
    assert content["machine"]["cores"] >= 1
    assert {"python", "flask", "gunicorn", "celery"} <= content["versions"].keys()
    assert [figure["met"] for figure in content["benchmarks"][0]["figures"]] == [True, False, None]


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1.0), (0.5, 50.0), (0.99, 99.0), (0.995, 100.0), (1.0, 100.0)]
)
def test_percentiles_are_measured_values(share: float, expected: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], share) == expected
