"""python -m benchmarks [names] [--json FILE]: measure, print tables, keep the figures as JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from benchmarks import (
    callback,
    delivery,
    letters,
    logs,
    memory,
    reading,
    slow_clients,
    start,
    turns,
)
from benchmarks.report import Report, table, to_json

RESULTS = Path(__file__).parent / "results"
ALL: dict[str, Callable[[], Report]] = {
    "callback": callback.run,
    "delivery": delivery.run,
    "letters": letters.run,
    "logs": logs.run,
    "memory": memory.run,
    "reading": reading.run,
    "slow_clients": slow_clients.run,
    "start": start.run,
    "turns": turns.run,
    "painting": lambda: _with_torch("painting"),
    "compiled": lambda: _with_torch("compiled"),
    "arrivals": lambda: _with_torch("arrivals"),
    "sdxl_arrivals": lambda: _with_torch("sdxl_arrivals"),
    "large_step": lambda: _with_torch("large_step"),
    "sdxl_step": lambda: _with_torch("sdxl_step"),
}


def _with_torch(name: str) -> Report:
    """Run a painting benchmark in a process of its own, so that the others need not load torch."""
    report: Report = import_module(f"benchmarks.{name}").run()
    return report


def main(argv: list[str] | None = None) -> int:
    """Run benchmarks. Returns 1 if a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(ALL)} (all)")
    parser.add_argument("--json", type=Path, help="instead of one file a benchmark in results/")
    options = parser.parse_args(argv)
    if unknown := set(options.names) - set(ALL):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    command = " ".join(["python -m benchmarks", *(sys.argv[1:] if argv is None else argv)])
    reports = []
    for name in options.names or ALL:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        report = ALL[name]()
        print(f"\n{table(report)}\n", flush=True)
        reports.append(report)
        if options.json is None:
            RESULTS.mkdir(exist_ok=True)
            (RESULTS / f"{name}.json").write_text(to_json([report], command), encoding="utf-8")
    if options.json:
        options.json.write_text(to_json(reports, command), encoding="utf-8")
    missed = [figure for report in reports for figure in report.figures if figure.met is False]
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
