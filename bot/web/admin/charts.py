"""Small charts as SVG, without scripts, for both colour schemes.

Colours and letter sizes come from admin.css. A table beside each chart has the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 72, 26, 16, 36
_STEPS = (1, 2, 2.5, 5, 10)


class Line(NamedTuple):
    """One line of a chart. values: one for each place; None: there is none."""

    values: Sequence[float | None]


def bar_chart(
    title: str,
    labels: Sequence[str],
    values: Sequence[float],
    format_value: Callable[[float], str] = str,
) -> Markup:
    """Draw evenly spaced bars from 0. labels: one below each, or "". format_value: for the axis."""
    top, lines = _scale(values, format_value)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(values))
    drawn = [
        f'<rect class="one" x="{LEFT + place * step + 0.5:.1f}" y="{_y(value, top):.1f}" '
        f'width="{max(1.0, step - 1):.1f}" height="{_y(0, top) - _y(value, top):.1f}" rx="1"/>'
        for place, value in enumerate(values)
        if value > 0
    ]
    return _chart(title, lines, _below(labels, step), drawn)


def line_chart(
    title: str,
    labels: Sequence[str],
    lines: Sequence[Line],
    format_value: Callable[[float], str] = str,
) -> Markup:
    """Draw lines over evenly spaced places from 0, interrupted where a value is None."""
    top, grid = _scale(
        [value for line in lines for value in line.values if value is not None], format_value
    )
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    drawn = []
    for kind, line in zip(("one", "two", "three"), lines, strict=False):
        points = [
            None if value is None else (LEFT + (place + 0.5) * step, _y(value, top))
            for place, value in enumerate(line.values)
        ]
        drawn += [f'<polyline class="{kind}" points="{run}"/>' for run in _runs(points)]
        drawn += [
            f'<circle class="{kind}" cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="2.6"/>'
            for point in points
            if point
        ]
    return _chart(title, grid, _below(labels, step), drawn)


class Span(NamedTuple):
    """A stretch of time in seconds. kind: its CSS class. end: None means the end of the chart."""

    kind: str
    start: float
    end: float | None


def timeline_bar(span: Span, start: float, end: float) -> Markup:
    """Draw a stretch as a bar within start ... end; always wide enough to be seen."""
    whole = max(end - start, 1e-6)
    x = 100 * (span.start - start) / whole
    width = 100 * ((end if span.end is None else span.end) - span.start) / whole
    x, width = min(max(x, 0), 99), max(width, 0.7)
    kind = escape(span.kind)
    rect = f'<rect class="{kind}" x="{x:.2f}" y="2" width="{min(width, 100 - x):.2f}" height="10"/>'
    return Markup(  # noqa: S704
        '<svg class="span" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true" '
        f'focusable="false">{rect}</svg>'
    )


def _scale(values: Sequence[float], write: Callable[[float], str]) -> tuple[float, list[str]]:
    """Return the upper end of the axis, and its lines and figures as SVG."""
    most = max(values, default=0) or 1.0
    rough = most / 4
    size = 10 ** math.floor(math.log10(rough))
    step = next(factor * size for factor in _STEPS if factor * size >= rough * 0.999)
    count = math.ceil(most / step - 1e-9)
    top = step * count
    drawn = []
    for place in range(count + 1):
        y = _y(step * place, top)
        drawn.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        label = escape(write(step * place))
        drawn.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    return top, drawn


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _below(labels: Sequence[str], step: float) -> list[str]:
    return [
        f'<text x="{LEFT + (place + 0.5) * step:.1f}" y="{HEIGHT - 10}" '
        f'text-anchor="middle">{escape(label)}</text>'
        for place, label in enumerate(labels)
        if label
    ]


def _runs(points: Sequence[tuple[float, float] | None]) -> list[str]:
    """Return the points as polylines, a new one after each gap."""
    runs: list[list[str]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(f"{point[0]:.1f},{point[1]:.1f}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _chart(title: str, grid: list[str], below: list[str], drawn: list[str]) -> Markup:
    parts = "".join((*grid, *below, *drawn))
    return Markup(  # noqa: S704
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">{parts}</svg>'
    )
