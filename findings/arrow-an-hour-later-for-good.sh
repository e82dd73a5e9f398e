#!/usr/bin/env bash
# arrow 1.4.0: after the clocks went forward, each day of a range is an hour later, and the last one is missing.
# Guess: Arrow.range("day", start, end) from 02:30 in New York has 02:30 of every day, but on the day on which there is none; weeks too.
# Seen: each day is counted from the one before, as it came out. On 14 March 2027 02:30 becomes 03:30, and stays 03:30 on every day, week and
#   month after it. The day that ends the range at 02:30 is left out. Where clocks changed at midnight, as in Brazil to 2018, all days
#   after it begin at one. start.shift(days=n) is right for each n.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet arrow==1.4.0 python-dateutil==2.9.0.post0 tzdata==2026.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime

import arrow
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule

ZONE = "America/New_York"
CASES = {"day": ((2027, 3, 12, 2, 30), (2027, 3, 17, 2, 30), DAILY), "week": ((2027, 2, 28, 2, 30), (2027, 3, 28, 2, 30), WEEKLY),
         "month": ((2027, 2, 14, 2, 30), (2027, 6, 14, 2, 30), MONTHLY)}  # fmt: skip
for frame, (start, end, rule) in CASES.items():
    first, last = arrow.Arrow(*start, tzinfo=ZONE), arrow.Arrow(*end, tzinfo=ZONE)
    seen = [f"{moment:MM-DD HH:mm}" for moment in arrow.Arrow.range(frame, first, last)]
    right = [f"{moment:%m-%d %H:%M}" for moment in rrule(rule, datetime(*start), until=datetime(*end))]
    shifted = [f"{first.shift(**{frame + 's': number}):MM-DD HH:mm}" for number in range(len(right))]
    print(f"{frame}: {seen}\n  by shift: {shifted}")
    assert [moment.replace("03-14 03", "03-14 02") for moment in shifted] == right
    change = right.index("03-14 02:30")
    assert seen[:change] == right[:change] and len(seen) == len(right) - 1
    assert seen[change:] == [moment.replace("02:30", "03:30") for moment in right[change:-1]]

brazil = arrow.Arrow.range("day", arrow.Arrow(2018, 11, 2, tzinfo="America/Sao_Paulo"), limit=6)
hours = [moment.hour for moment in brazil]
print("days of November 2018 in Brazil begin at", hours)
assert hours == [0, 0, 1, 1, 1, 1]
PY
