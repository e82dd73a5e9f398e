#!/usr/bin/env bash
# holidays 0.109: without observed days Japan loses the holiday between two holidays.
# Guess: Japan(observed=False) leaves out "a holiday falling on a Sunday being observed the following Monday", as the parameter is
#   explained, and keeps the days that are holidays themselves: 22 September 2026, a Tuesday between two, and the 4 Mays of 1988 to 2006.
# Seen: these are gone too, 25 days from 1985 to 2059, none of which stands for another, and among them 30 April and 2 May 2019.
#   With observed days they are there, as 国民の休日, and jpholiday has each of them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet holidays==0.109 jpholiday==1.0.3
"$folder/venv/bin/python" - <<'PY'
from datetime import date, timedelta

import holidays
import jpholiday

YEARS = range(1985, 2060)
with_observed = holidays.Japan(years=YEARS, language="ja")
without = holidays.Japan(years=YEARS, language="ja", observed=False)
lost = sorted(set(with_observed) - set(without))
between = [day for day in lost if "振替休日" not in with_observed[day]]
shifted = [day for day in lost if "振替休日" in with_observed[day]]
print(f"lost without observed days: {len(shifted)} shifted and {len(between)} others:", *(f"{day:%Y-%m-%d}" for day in between))
print("called", {with_observed[day] for day in between}, "of which are on a Sunday", sum(day.weekday() == 6 for day in between))
one = timedelta(days=1)
assert len(between) == 25 and date(2026, 9, 22) in between and date(1988, 5, 4) in between
assert {with_observed[day] for day in between} == {"国民の休日"}
assert all(day - one in without and day + one in without and day.weekday() != 6 for day in between)
assert not set(between) & set(without)
assert all(jpholiday.is_holiday(day) for day in between)
september = [date(2026, 9, day) for day in (21, 22, 23)]
for name, calendar in (("observed", with_observed), ("not observed", without)):
    print(f"{name}:", *(f"{day:%m-%d} {calendar.get(day)}" for day in september))
assert [with_observed.get(day) for day in september] == ["敬老の日", "国民の休日", "秋分の日"]
assert [without.get(day) for day in september] == ["敬老の日", None, "秋分の日"]
PY
