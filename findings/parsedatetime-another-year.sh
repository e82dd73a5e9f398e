#!/usr/bin/env bash
# parsedatetime 2.6: two days before Christmas is two days before last Christmas, a week after it a week after the next but one.
# Guess: "2 days before december 25", asked on 1 December 2026, is two days before what "december 25" is: 23 December 2026.
# Seen: a month and day that are counted from go a year astray, back with "before", on with "after" and "from": 23 December 2025, and a week
#   after it 1 January 2028; so too when the year is said. 2026-12-25, a weekday and "tomorrow" are counted from rightly. All are
#   marked as dates that were understood.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet parsedatetime==2.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime, timedelta

import parsedatetime

NOW = datetime(2026, 12, 1, 12, 0)
calendar = parsedatetime.Calendar(version=parsedatetime.VERSION_CONTEXT_STYLE)


def read(text):
    moment, context = calendar.parseDT(text, NOW)
    assert context.hasDate, text
    return moment.date()


CASES = [
    ("2 days before", "december 25", -2),
    ("1 week after", "december 25", 7),
    ("3 days before", "march 1", -3),
    ("5 days from", "january 1", 5),
    ("2 days before", "december 25 2026", -2),
    ("1 week after", "2026-12-25", 7),
    ("2 days after", "friday", 2),
    ("2 days after", "tomorrow", 2),
]
years = []
for words, day, days in CASES:
    seen, right = read(f"{words} {day}"), read(day) + timedelta(days)
    years.append(seen.year - right.year)
    print(f"{words} {day}: {seen}, and {day} alone is {read(day)}; right {right}")
    assert (seen.month, seen.day) == (right.month, right.day)
print("years off:", years)
assert read("december 25") == datetime(2026, 12, 25).date()
assert years == [-1, 1, -1, 1, -1, 0, 0, 0]
PY
