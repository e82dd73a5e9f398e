#!/usr/bin/env bash
# pycron 3.3.0: a range that ends on Sunday or goes past it leaves Sunday out, Sunday as 7 is never, and neither is "dec".
# Guess: `0 9 * * sat-sun` is due on Saturday and Sunday, `fri-mon` on four days, `mon-sun` on seven; 7 is Sunday and dec December, as
#   in cron. What pycron does not know it refuses.
# Seen: sat-sun is due on Saturdays alone, mon-sun on six days, fri-mon on Friday and Saturday, 5-7 likewise; 7, dec, L and hours 22-2
#   are never due. Nothing is refused: each line is answered with False, so the job just does not run. `sun`, `0` and `0,6` are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pycron==3.3.0 croniter==7.0.0
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime, timedelta

import pycron
from croniter import croniter

WEEK = [datetime(2026, 12, day, 9) for day in range(7, 14)]
NIGHT = [datetime(2026, 12, 7, hour) for hour in range(24)]


def days(field, due):
    """Return the days from Monday to Sunday on which a line with this last field is due at nine."""
    return " ".join(f"{time:%a}" for time in WEEK if due(f"0 9 * * {field}", time))


def both(field):
    return days(field, pycron.is_now), days(field, croniter.match)


seen = {field: both(field) for field in ("sun", "0", "0,6", "mon-fri", "sat-sun", "fri-sun", "fri-mon", "mon-sun", "7", "5-7")}
for field, (found, as_cron) in seen.items():
    print(f"0 9 * * {field}: {found or 'never'}; in croniter {as_cron}")
right = ("sun", "0", "0,6", "mon-fri")
assert all((seen[field][0] == seen[field][1]) == (field in right) for field in seen), seen
assert {field: found for field, (found, _) in seen.items() if field not in right} == {
    "sat-sun": "Sat",
    "fri-sun": "Fri Sat",
    "fri-mon": "Fri Sat",
    "mon-sun": "Mon Tue Wed Thu Fri Sat",
    "7": "",
    "5-7": "Fri Sat",
}, seen

never = {"0 9 * dec *": WEEK, "0 9 L * *": [datetime(2026, 12, 31, 9)], "0 22-2 * * *": NIGHT}
for line, times in never.items():
    found = [pycron.is_now(line, time) for time in times]
    expected = sum(croniter.match(line, time) for time in times)
    print(f"{line}: {sum(found)} of {len(times)} times, in croniter {expected}")
    assert not any(found) and expected, line
assert pycron.has_been("0 9 * * 7", WEEK[0], WEEK[-1] + timedelta(hours=1)) is False
PY
