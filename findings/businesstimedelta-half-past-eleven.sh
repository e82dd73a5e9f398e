#!/usr/bin/env bash
# businesstimedelta 1.0.1: of a night shift that began half an hour ago nothing is counted.
# Guess: with the night shift of its README, 23:00 to 07:00, half past eleven on Monday to eight on Tuesday is seven and a half hours of work,
#   as it is eight from ten on.
# Seen: once a shift has begun on the day before, or later than its latest hour, the next one is looked for: none of its hours are counted,
#   0 to the morning, and a week of nights asked from one to one lacks the first seven. Day shifts are right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet businesstimedelta==1.0.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime, time, timedelta

from businesstimedelta import Rules, WorkDayRule

DAYS = [0, 1, 2, 3, 4]
night = Rules([WorkDayRule(start_time=time(23), end_time=time(7), working_days=DAYS)])
day = Rules([WorkDayRule(start_time=time(9), end_time=time(18), working_days=DAYS)])


def hours(rules, start, end):
    between = rules.difference(start, end)
    return between.hours + between.seconds / 3600


def minutes(start, end, works):
    """Return the hours of work, minute by minute."""
    count = int((end - start) / timedelta(minutes=1))
    return sum(works(start + timedelta(minutes=number)) for number in range(count)) / 60


def works_at_night(moment):
    begun = moment if moment.hour >= 23 else moment - timedelta(days=1) if moment.hour < 7 else None
    return begun is not None and begun.weekday() in DAYS


def works_by_day(moment):
    return moment.weekday() in DAYS and 9 <= moment.hour < 18


MONDAY = datetime(2026, 12, 7)
wrong = []
for start, end in ((22, 32), (23.5, 32), (25, 32), (25, 5 * 24 + 25), (22, 7 * 24 + 22)):
    start, end = MONDAY + timedelta(hours=start), MONDAY + timedelta(hours=end)
    seen, right = hours(night, start, end), minutes(start, end, works_at_night)
    wrong.append(seen - right)
    print(f"{start:%a %H:%M} to {end:%a %H:%M}: {seen} hours, minute by minute {right}")
    assert hours(day, start, end) == minutes(start, end, works_by_day)
print("off by", wrong)
assert wrong == [0.0, -7.5, -6.0, -6.0, 0.0]
PY
