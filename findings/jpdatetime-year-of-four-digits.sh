#!/usr/bin/env bash
# jpdatetime 1.5.0: a date of an era without separators is read back in another millennium.
# Guess: `strptime(strftime("%e%m%d"), "%e%m%d")` is the same day, as with %y%m%d of datetime: R081211, H301231 as on Japanese forms.
# Seen: R081211 is 1 January 2830, H301231 1 March 5000: the year of the era takes as many digits as it can, and leaves one for the month
#   and one for the day. Of 2026, 222 days are other days and the rest is refused. So it is with 令和081211; with 年, 月 and 日 between
#   it is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jpdatetime==1.5.0
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime, timedelta

from jpdatetime import jpdatetime

DAYS = [datetime(2026, 1, 1) + timedelta(days=number) for number in range(365)]


def again(day, form):
    """Return the day that is read of what was written of `day`, or None where it is refused."""
    try:
        seen = jpdatetime.strptime(jpdatetime(day.year, day.month, day.day).strftime(form), form)
    except ValueError:
        return None
    return datetime(seen.year, seen.month, seen.day)


assert all(datetime.strptime(day.strftime("%y%m%d"), "%y%m%d") == day for day in DAYS)
for form in ("%G年%m月%d日", "%e.%m.%d", "%g年%m月%d日"):
    assert all(again(day, form) == day for day in DAYS), form

for day, written, read in (
    (datetime(2026, 12, 11), "R081211", datetime(2830, 1, 1)),
    (datetime(2018, 12, 31), "H301231", datetime(5000, 3, 1)),
    (datetime(1964, 10, 24), "S391024", datetime(5835, 2, 4)),
):
    assert jpdatetime(day.year, day.month, day.day).strftime("%e%m%d") == written
    seen = again(day, "%e%m%d")
    print(f"{day:%Y-%m-%d} is written {written} and read {seen:%Y-%m-%d}")
    assert seen == read, f"{written} is {seen} now"
for form in ("%e%m%d", "%g%m%d", "%G%m%d"):
    seen = [again(day, form) for day in DAYS]
    right = sum(found == day for found, day in zip(seen, DAYS, strict=True))
    refused = seen.count(None)
    print(f"{form} of the days of 2026: {right} right, {refused} refused, {365 - right - refused} other days")
    assert right == 0 and 365 - right - refused > 60, f"{right} are right now"
PY
