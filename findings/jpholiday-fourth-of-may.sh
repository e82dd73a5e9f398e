#!/usr/bin/env bash
# jpholiday 1.0.3: the fourth of May is a holiday from 1949 on, where the law made it one from 1986 on.
# Guess: jpholiday and holidays agree for every year since the law of 1948, as they do for the years to come.
# Seen: from 1986 to 2099 they do, day for day. Before, jpholiday has 32 days too many: each 4 May between two holidays that is
#   no Sunday, and the substitute of 12 February 1973, two months before there were any. holiday-jp says as holidays does.
#   Counts of working days and old receipts come out wrong, for no year says that it is not covered.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jpholiday==1.0.3 holidays==0.109 holiday-jp==22.10.31
"$folder/venv/bin/python" - <<'PY'
from datetime import date

import holidays
import jpholiday
from holiday_jp import HolidayJp

more, fewer = [], []
for year in range(1949, 2100):
    right, seen = set(holidays.Japan(years=year)), {day for day, _ in jpholiday.year_holidays(year)}
    more += sorted(seen - right)
    fewer += sorted(right - seen)
names = {day: jpholiday.is_holiday_name(day) for day in more}
print("too many:", *(f"{day} {name}" for day, name in names.items()), sep="\n  ")
assert not fewer and len(more) == 32, (more, fewer)
assert max(more) < date(1986, 1, 1)
substitute = date(1973, 2, 12)
assert names.pop(substitute) == "建国記念の日 振替休日"
assert all((day.month, day.day, name) == (5, 4, "国民の休日") for day, name in names.items())
for day in (day for day in more if day.year >= 1970):
    third = HolidayJp(day).is_holiday
    assert not third, day
print("holiday-jp, from 1970 on: none of these is a holiday")
assert jpholiday.is_holiday(date(1985, 5, 4)) and jpholiday.is_holiday(date(1988, 5, 4))
assert not HolidayJp(date(1985, 5, 4)).is_holiday and HolidayJp(date(1988, 5, 4)).is_holiday
PY
