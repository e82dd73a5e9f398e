"""The charts."""

from __future__ import annotations

import re

import pytest

from bot.web.admin import charts


def test_a_chart_has_a_scale_that_people_can_read() -> None:
    drawn = charts.bar_chart("A <title>", ["", "1:00"], [0.0, 7.3], "{:g}".format)
    assert re.findall(r">([\d.:]+)</text>", drawn) == ["0", "2", "4", "6", "8", "1:00"]
    assert 'aria-label="A &lt;title&gt;"' in drawn
    assert drawn.count("<rect") == 1


def test_a_curve_breaks_where_there_is_nothing() -> None:
    line = charts.Line([1.0, 2.0, None, 3.0, None, 4.0, 4.0])
    drawn = charts.line_chart("x", [""] * 7, [line])
    assert drawn.count("<polyline") == 2
    assert drawn.count("<circle") == 5


@pytest.mark.parametrize("values", [[], [0.0], [1e-4], [1e7, 1.0]])
def test_a_chart_of_little_or_much(values: list[float]) -> None:
    assert "nan" not in charts.bar_chart("x", [""] * len(values), values)
