"""python -m benchmarks.chaos: one run, its figures as a table and as JSON.

Ends with 1 if anything was lost, doubled, ended by itself, or missed another target.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benchmarks.chaos.figures import report_of
from benchmarks.chaos.run import Options, run, wrong
from benchmarks.report import table, to_json


def main() -> int:
    """Carry out a run and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--jobs", type=int, default=1000, help="pictures asked for (1000)")
    parser.add_argument("--minutes", type=float, default=15.0, help="the whole run at most (15)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--broker", choices=("valkey", "redis", "rabbitmq"), default="valkey")
    parser.add_argument("--json", type=Path, default=Path("var/chaos.json"))
    given = parser.parse_args()
    if not 1 <= given.jobs <= 10_000 or not 0.5 <= given.minutes <= 60:
        parser.error("1 to 10,000 jobs, 0.5 to 60 minutes")
    options = Options(given.jobs, given.minutes, given.seed, given.database, given.broker)
    started = time.monotonic()
    outcome = run(
        options, lambda line: print(f"{time.monotonic() - started:5.0f} s  {line}", flush=True)
    )
    report = report_of(outcome)
    print(f"\n{table(report)}\n")
    for line in wrong(outcome):
        print(line)
    command = " ".join(["python -m benchmarks.chaos", *sys.argv[1:]])
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(to_json([report], command), encoding="utf-8")
    missed = [figure.name for figure in report.figures if figure.met is False]
    return int(bool(missed or wrong(outcome)))


if __name__ == "__main__":
    raise SystemExit(main())
