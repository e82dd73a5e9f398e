#!/usr/bin/env bash
# croniter 7.0.0: with "first Friday" in the last field the days of the month are left out, and with "nearest weekday" the Mondays.
# Guess: where both the day of the month and the day of the week are given, a day that either names is due, as cron and the README have it.
# Seen: `0 9 1,15 * fri#1` is due on first Fridays alone, never on the 1st or the 15th, and `0 9 15W * mon` on no Monday but the one that
#   is nearest to a 15th. match() says the same. `0 9 1,15 * fri` is due on all of them, and so is the first line in cronsim 2.8.
#   What such a field holds is asked of every day, on top of the one or the other: a day has to be both, and no warning says so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet croniter==7.0.0 cronsim==2.8
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime
from itertools import islice

from croniter import croniter
from cronsim import CronSim

START = datetime(2026, 11, 30, 12)
FIFTEENTH, MONDAY = datetime(2026, 12, 15, 9), datetime(2026, 12, 7, 9)


def days(line, count=8):
    """Return the next days of a cron line after 30 November 2026 in croniter, each with its weekday."""
    times = croniter(line, START)
    return [times.get_next(datetime).strftime("%m-%d %a") for _ in range(count)]


def days_of_cronsim(line, count=8):
    return [time.strftime("%m-%d %a") for time in islice(CronSim(line, START), count)]


fridays, first_fridays = "0 9 1,15 * fri", "0 9 1,15 * fri#1"
mondays, nearest = "0 9 15 * mon", "0 9 15W * mon"
for line in (fridays, first_fridays, mondays, nearest):
    print(f"{line}: {', '.join(days(line))}")
print(f"cronsim, 0 9 1,15 * fri#1: {', '.join(days_of_cronsim('0 9 1,15 * FRI#1'))}")
assert days(fridays)[:5] == ["12-01 Tue", "12-04 Fri", "12-11 Fri", "12-15 Tue", "12-18 Fri"], days(fridays)
assert days_of_cronsim("0 9 1,15 * FRI#1")[:4] == ["12-01 Tue", "12-04 Fri", "12-15 Tue", "01-01 Fri"]
assert days(first_fridays) == days("0 9 * * fri#1"), days(first_fridays)
assert days(first_fridays)[:3] == ["12-04 Fri", "01-01 Fri", "02-05 Fri"], days(first_fridays)
assert days(mondays)[:4] == ["12-07 Mon", "12-14 Mon", "12-15 Tue", "12-21 Mon"], days(mondays)
assert days(nearest) == days("0 9 15W * *"), days(nearest)
assert days(nearest)[:3] == ["12-15 Tue", "01-15 Fri", "02-15 Mon"], days(nearest)
matches = {line: (croniter.match(line, FIFTEENTH), croniter.match(line, MONDAY)) for line in (mondays, nearest)}
matches[first_fridays] = (croniter.match(first_fridays, FIFTEENTH), None)
print("due on Tuesday the 15th, on Monday the 7th:", matches)
assert matches == {mondays: (True, True), nearest: (True, False), first_fridays: (False, None)}, matches
PY
