#!/usr/bin/env bash
# ics 0.7.3: a calendar that is read and written moves every Monday morning in Tokyo to Tuesday.
# Guess: Calendar(text).serialize() means what the text meant, also where the library keeps a line that it does not understand, as RRULE.
# Seen: the start is written in UTC and its rule as it was. Monday at 08:00 in Tokyo is Sunday at 23:00 in UTC, and of BYDAY=MO after it the
#   next is Monday at 23:00, Tuesday morning in Tokyo. A rule of New York's nine o'clock is ten in summer. A calendar that names no scale gets
#   the scale "GEORGIAN", which other libraries refuse; it is taken out here. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ics==0.7.3 recurring-ical-events==3.8.2 icalendar==7.3.2
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import date
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from ics import Calendar

TEXT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:example
BEGIN:VEVENT
UID:1@example.com
DTSTART;TZID={zone}:{start}
DURATION:PT30M
SUMMARY:cat
{rule}
END:VEVENT
END:VCALENDAR
"""


def times(text, zone):
    """Return the starts in a zone of the first year, by another library."""
    events = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(date(2026, 11, 1), date(2027, 10, 1))
    return [event["DTSTART"].dt.astimezone(ZoneInfo(zone)).strftime("%a %d %b %H:%M") for event in events]


def both(zone, start, rule):
    text = TEXT.format(zone=zone, start=start, rule=rule).replace("\n", "\r\n")
    written = Calendar(text).serialize()
    assert "CALSCALE:GEORGIAN" in written
    before, after = times(text, zone), times(written.replace("CALSCALE:GEORGIAN\r\n", ""), zone)
    print(f"{zone}, {rule.split()[0]}:\n  before {before[:4]}\n  after  {after[:4]}")
    return before, after


before, after = both("Asia/Tokyo", "20261130T080000", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4")
assert before[0] == "Mon 30 Nov 08:00" and all(time.startswith("Mon") for time in before)
assert sum(time.startswith("Tue") and time.endswith("08:00") for time in after) >= 3

before, after = both("America/New_York", "20270115T090000", "RRULE:FREQ=MONTHLY;COUNT=8")
assert {time[-5:] for time in before} == {"09:00"} and {time[-5:] for time in after} == {"09:00", "10:00"}

before, after = both("Asia/Tokyo", "20261130T100000", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4")
assert before == after and len(before) == 4
PY
