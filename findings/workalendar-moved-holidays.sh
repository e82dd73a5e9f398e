#!/usr/bin/env bash
# workalendar 17.0.0: of Japan's substitute holidays it knows those of 2019 to 2021, and no others.
# Guess: Japan() knows the public holidays: one that falls on a Sunday moves to the next working day, a day between two is one.
# Seen: 6 May 2026 and 22 September 2026 are working days, and so are five holidays of 2024. From 2022 to 2035 it misses 27 days,
#   not one too many: a due date after them comes a day early. holidays and jpholiday agree with each other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet workalendar==17.0.0 holidays==0.109 jpholiday==1.0.3 setuptools==80.9.0
"$folder/venv/bin/python" -W ignore - <<'PY'
from datetime import date

import holidays
import jpholiday
from workalendar.asia import Japan

calendar = Japan()


def known(year):
    """The holidays of a year in workalendar, holidays and jpholiday."""
    return (
        {day for day, _ in calendar.holidays(year)},
        set(holidays.Japan(years=year)),
        {day for day, _ in jpholiday.year_holidays(year)},
    )


missing = []
for year in range(2019, 2036):
    seen, right, other = known(year)
    assert right == other, (year, right ^ other)
    assert seen <= right, (year, seen - right)
    missing += sorted(right - seen)
    print(year, *(f"{day:%m-%d}" for day in sorted(right - seen)))
assert not [day for day in missing if day.year in (2019, 2020, 2021, 2022, 2028)]
assert {day for day in missing if day.year == 2026} == {date(2026, 5, 6), date(2026, 9, 22)}
assert {day for day in missing if day.year == 2025} == {date(2025, 2, 24), date(2025, 5, 6), date(2025, 11, 24)}
assert all(calendar.is_working_day(day) for day in missing)
assert len(missing) == 27, len(missing)
due = calendar.add_working_days(date(2026, 9, 18), 1)
print("the working day after Friday 2026-09-18:", due)
assert due == date(2026, 9, 22) and due in holidays.Japan(years=2026)
PY
