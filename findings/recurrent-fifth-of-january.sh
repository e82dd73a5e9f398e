#!/usr/bin/env bash
# recurrent 0.4.1: "every day for 5 days" is each 5 January, and "every day at noon" has no time.
# Guess: parse gives the rule that was said, or None as for what it does not understand.
# Seen: of "for 5 days" the 5 is a day of the year; noon and midnight are left out, when 12pm is kept; "at 9am and 5pm" is nine alone; of
#   "except sunday" the next Sunday alone is left out, those after it are not; Friday the 13th is each Thursday and Friday. "for 3 weeks" and "for 10 times" are right. All are rules without a warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet recurrent==0.4.1 parsedatetime==2.6 python-dateutil==4.0.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime

from dateutil.rrule import rrulestr
from recurrent import RecurringEvent

NOW = datetime(2026, 12, 1)


def days(text, count):
    """Return the first moments of what was said, by dateutil, from the first of December on."""
    rule = RecurringEvent(now_date=NOW).parse(text)
    print(f"{text}: {rule!r}")
    moments = rrulestr(rule, dtstart=NOW, forceset=True).xafter(NOW, count=count, inc=True)
    return [f"{moment:%Y-%m-%d %H:%M %a}" for moment in moments]


assert days("every day for 10 times", 99)[-1] == "2026-12-10 00:00 Thu"
assert days("every week for 3 weeks", 99)[-1] == "2026-12-22 00:00 Tue"
seen = days("every day for 5 days", 3)
print("  ", seen)
assert seen == ["2027-01-05 00:00 Tue", "2028-01-05 00:00 Wed", "2029-01-05 00:00 Fri"]

assert days("every day at 12pm", 2) == ["2026-12-01 12:00 Tue", "2026-12-02 12:00 Wed"]
assert days("every day at noon", 2) == ["2026-12-01 00:00 Tue", "2026-12-02 00:00 Wed"]
assert days("every day at 9am and 5pm", 2) == ["2026-12-01 09:00 Tue", "2026-12-02 09:00 Wed"]

seen = days("every day except sunday", 28)
print("   Sundays that are left:", sum(day.endswith("Sun") for day in seen), "of 4")
assert sum(day.endswith("Sun") for day in seen) == 3

seen = days("every friday the 13th", 4)
print("  ", seen)
assert seen == ["2026-12-03 00:00 Thu", "2026-12-04 00:00 Fri", "2026-12-10 00:00 Thu", "2026-12-11 00:00 Fri"]
PY
