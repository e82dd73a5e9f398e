#!/usr/bin/env bash
# vobject 0.9.9: a rule for nine and five o'clock is written as one for once a day.
# Guess: event.rruleset = set of a dateutil rule writes a rule with the same dates, or raises for what it can't write.
# Seen: BYHOUR and BYMINUTE are not written, nor Easter: twice a day becomes once, at the hour of the start, with COUNT the double time long;
#   each Easter Sunday becomes each 1 March. Days, weeks, months, positions and intervals are written rightly. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet vobject==0.9.9 python-dateutil==2.9.0.post0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime

import vobject
from dateutil import rrule

START = datetime(2027, 3, 1, 8)


def rules(text):
    return [line for line in text.splitlines() if line.startswith("RRULE")]


def written(rule):
    """Return the line that is written for a rule, and its dates as dateutil reads them."""
    calendar = vobject.iCalendar()
    event = calendar.add("vevent")
    event.add("dtstart").value = START
    event.add("uid").value = "1@example.com"
    dates = rrule.rruleset()
    dates.rrule(rule)
    event.rruleset = dates
    [line] = rules(calendar.serialize())
    return line, list(rrule.rrulestr(line, dtstart=START))


wrong = {}
for name, keywords in {
    "month by position": {"freq": rrule.MONTHLY, "byweekday": (rrule.MO, rrule.TU), "bysetpos": -1, "count": 4},
    "every second week": {"freq": rrule.WEEKLY, "interval": 2, "wkst": rrule.SU, "byweekday": (rrule.TU, rrule.SU), "count": 4},
    "nine and five": {"freq": rrule.DAILY, "byhour": (9, 17), "count": 4},
    "quarters of an hour": {"freq": rrule.HOURLY, "byminute": (0, 15, 30, 45), "count": 4},
    "Easter": {"freq": rrule.YEARLY, "byeaster": 0, "count": 4},
}.items():
    rule = rrule.rrule(dtstart=START, **keywords)
    line, dates = written(rule)
    print(f"{name}: {line}\n  {[f'{moment:%Y-%m-%d %H:%M}' for moment in dates]}")
    if dates != list(rule):
        print("  right:", [f"{moment:%Y-%m-%d %H:%M}" for moment in rule])
        wrong[name] = line
assert wrong == {
    "nine and five": "RRULE:FREQ=DAILY;COUNT=4",
    "quarters of an hour": "RRULE:FREQ=HOURLY;COUNT=4",
    "Easter": "RRULE:FREQ=YEARLY;COUNT=4",
}
PY
