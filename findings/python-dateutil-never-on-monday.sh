#!/usr/bin/env bash
# python-dateutil 4.0.0: "every Monday and the second Friday" is never, and a first week is counted from its first event.
# Guess: FREQ=MONTHLY;BYDAY=MO,2FR is each Monday and each second Friday of a month, as RFC 5545 has it: BYDAY is a list of days.
# Seen: no day at all, without a word: where a list has days with a number and days without, a day must be both. MO,1MO is the first Monday
#   alone; so it is for YEARLY. With BYSETPOS in weeks, the days of the first week before DTSTART are not counted: begun on a Saturday, the
#   first of FR,SU is that Sunday, and Friday in all other weeks. Each list alone is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet python-dateutil==4.0.0
"$folder/venv/bin/python" - <<'PY'
from calendar import monthrange
from datetime import date, datetime, timedelta

from dateutil.rrule import rrulestr

NAMES = "MO TU WE TH FR SA SU".split()
START, END = date(2026, 12, 1), date(2028, 1, 1)
DAYS = [START + timedelta(days=number) for number in range((END - START).days)]


def by_hand(entries, months=range(1, 13)):
    """Return the days that any entry of a list names, counted within the month."""
    found = []
    for day in DAYS:
        from_end = -((monthrange(day.year, day.month)[1] - day.day) // 7 + 1)
        names = {NAMES[day.weekday()]} | {f"{count}{NAMES[day.weekday()]}" for count in ((day.day - 1) // 7 + 1, from_end)}
        if day.month in months and names & set(entries.split(",")):
            found.append(day)
    return found


def by_dateutil(rule):
    return [moment.date() for moment in rrulestr(f"{rule};UNTIL=20271231T090000", dtstart=datetime(2026, 12, 1, 9))]


for entries, count in (("MO", None), ("2FR", None), ("2FR,-1MO", None), ("MO,FR", None), ("MO,2FR", 0), ("SU,-1WE", 0), ("MO,1MO", 13)):
    seen, right = by_dateutil(f"FREQ=MONTHLY;BYDAY={entries}"), by_hand(entries)
    print(f"FREQ=MONTHLY;BYDAY={entries}: {len(seen)} days in 13 months, right: {len(right)}")
    assert right and len(seen) == (len(right) if count is None else count), f"{entries} is {len(seen)} days now"
    assert (seen == right) == (count is None), seen
assert by_dateutil("FREQ=YEARLY;BYMONTH=12;BYDAY=SU,-1FR") == [] and len(by_hand("SU,-1FR", {12})) == 10

weekly = rrulestr("FREQ=WEEKLY;BYDAY=FR,SU;BYSETPOS=1", dtstart=datetime(2026, 12, 5, 9))
seen = [f"{moment:%a %d %b}" for moment in weekly.xafter(datetime(2026, 12, 1), count=3)]
print("the first of Friday and Sunday each week, from Saturday 5 December on:", seen)
assert seen == ["Sun 06 Dec", "Fri 11 Dec", "Fri 18 Dec"], f"it is {seen} now"
PY
