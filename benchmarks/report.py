"""Results of a benchmark: figures beside their targets, as a table and as JSON."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("flask", "gunicorn", "celery", "kombu", "redis", "sqlalchemy", "torch", "diffusers")


@dataclass(frozen=True)
class Figure:
    """One line of the table. low, high: the range over rounds. Bounds: what the README claims."""

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        """Return whether the value is within its bound. Returns None without a bound."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most


@dataclass
class Report:
    """The results of one benchmark. raw: every single measurement, for the JSON only."""

    name: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)

    def add(
        self,
        name: str,
        values: float | Sequence[float],
        unit: str,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> float:
        """Add a figure: of several rounds the median and the range. Returns its value."""
        rounds = [values] if isinstance(values, int | float) else list(values)
        value = statistics.median(rounds)
        low, high = (min(rounds), max(rounds)) if len(rounds) > 1 else (None, None)
        self.figures.append(Figure(name, value, unit, low, high, at_least, at_most))
        return value


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -(-len(ordered) * share // 1).__int__() - 1))]


def table(report: Report) -> str:
    """Return the figures in columns."""
    rows = [("", "median", "spread", "claim", "")]
    for figure in report.figures:
        spread = (
            ""
            if figure.low is None or figure.high is None
            else f"{_short(figure.low)}-{_short(figure.high)}"
        )
        claim = f">= {figure.at_least:g}" if figure.at_least is not None else ""
        claim = f"<= {figure.at_most:g}" if figure.at_most is not None else claim
        verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
        rows.append(
            (figure.name, f"{_short(figure.value)} {figure.unit}".strip(), spread, claim, verdict)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([f"{report.name}", *lines, *(f"  {note}" for note in report.notes)])


def to_json(reports: Sequence[Report], command: str) -> str:
    """Return the reports with where, when and how they were measured."""
    content = {
        "command": command,
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        "benchmarks": [
            asdict(report)
            | {"figures": [asdict(each) | {"met": each.met} for each in report.figures]}
            for report in reports
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def machine() -> dict[str, Any]:
    """Return the processor, its cores, the memory and the load."""
    model = platform.processor() or platform.machine()
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    kilobytes = [
        int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")
    ]
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(kilobytes[0] / 1024**2, 1) if kilobytes else None,
        "system": platform.platform(),
        "load_before": [round(load, 2) for load in os.getloadavg()],
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide the speed."""
    return {"python": sys.version.split()[0]} | {
        name: version(name) for name in PACKAGES if _is_installed(name)
    }


def _is_installed(name: str) -> bool:
    """A machine that only paints has no web server."""
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text(errors="replace").splitlines() if file.exists() else []
