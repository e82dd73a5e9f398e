#!/usr/bin/env bash
# isodate 0.7.2: a week date near New Year is written as a day of another year.
# Guess: date_isoformat with the library's own formats for weeks, DATE_EXT_WEEK_COMPLETE and the others, writes what parse_date reads back
#   as the same day, and what date.isocalendar says.
# Seen: the week is that of ISO 8601, the year is the calendar's. 30 December 2024, Monday of the first week of 2025, is written as
#   2024-W01-1, which is 1 January 2024; 1 January 2027 is 2027-W53-5, read as 7 January 2028. In fifty years 85 days are wrong. No error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet isodate==0.7.2
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import date, timedelta

import isodate

FORMATS = (isodate.DATE_EXT_WEEK_COMPLETE, isodate.DATE_BAS_WEEK_COMPLETE)


def right(day):
    """Return the week date by the standard library."""
    return "{}-W{:02}-{}".format(*day.isocalendar())


for day in (date(2024, 12, 30), date(2027, 1, 1), date(2026, 12, 1)):
    text = isodate.date_isoformat(day, isodate.DATE_EXT_WEEK_COMPLETE)
    print(f"{day}: written {text}, read as {isodate.parse_date(text)}; right {right(day)}, read as {isodate.parse_date(right(day))}")
    assert isodate.parse_date(right(day)) == day
assert isodate.date_isoformat(date(2024, 12, 30), FORMATS[0]) == "2024-W01-1"
assert isodate.parse_date("2024-W01-1") == date(2024, 1, 1)

days = [date(2000, 1, 1) + timedelta(number) for number in range(50 * 365 + 13)]
for form in FORMATS:
    wrong = [day for day in days if isodate.parse_date(isodate.date_isoformat(day, form)) != day]
    years = [day for day in days if day.isocalendar()[0] != day.year]
    print(f"{form}: {len(wrong)} of {len(days)} days are read back as others, as far away as", end=" ")
    print(max(abs(isodate.parse_date(isodate.date_isoformat(day, form)) - day).days for day in wrong), "days")
    assert wrong == years and len(wrong) == 85
assert all(isodate.date_isoformat(day, FORMATS[0]) == right(day) for day in days if day not in set(wrong))
PY
