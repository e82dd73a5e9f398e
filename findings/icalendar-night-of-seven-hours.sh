#!/usr/bin/env bash
# icalendar 7.3.2, recurring-ical-events 3.8.2: eight hours that begin at ten are seven in the night when the clocks go forward.
# Guess: DURATION:PT8H is eight hours, as RFC 5545 has it for hours and minutes, and P1D a day by the calendar: from 22:00 in New York on
#   13 March 2027 to 07:00, and from noon to noon.
# Seen: every duration is added to the clock on the wall: the eight hours end at 06:00, after seven, and in November after nine. What begins
#   half an hour before the change and lasts ninety minutes is over after thirty. P1D is right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

TEXT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:example
BEGIN:VEVENT
UID:1@example.com
DTSTART;TZID=America/New_York:{start}
DURATION:{duration}
SUMMARY:cat
END:VEVENT
END:VCALENDAR
"""
ZONE = ZoneInfo("America/New_York")
off = []
for start, duration, exact in (
    (datetime(2027, 3, 12, 22), "PT8H", timedelta(hours=8)),
    (datetime(2027, 3, 13, 22), "PT8H", timedelta(hours=8)),
    (datetime(2027, 11, 6, 22), "PT8H", timedelta(hours=8)),
    (datetime(2027, 3, 14, 1, 30), "PT90M", timedelta(minutes=90)),
    (datetime(2027, 3, 13, 12), "P1D", None),
):
    text = TEXT.format(start=f"{start:%Y%m%dT%H%M%S}", duration=duration).replace("\n", "\r\n")
    calendar = icalendar.Calendar.from_ical(text)
    end = calendar.events[0].end
    [occurrence] = recurring_ical_events.of(calendar).between(date(2027, 1, 1), date(2027, 12, 31))
    assert occurrence["DTEND"].dt == end
    begin = start.replace(tzinfo=ZONE).astimezone(timezone.utc)
    right = (begin + exact).astimezone(ZONE) if exact else (start + timedelta(days=1)).replace(tzinfo=ZONE)
    off.append((end.astimezone(timezone.utc) - right.astimezone(timezone.utc)) / timedelta(hours=1))
    length = end.astimezone(timezone.utc) - begin
    print(f"{start:%d %b %H:%M} {duration}: ends {end:%H:%M%z} after {length}, right {right:%H:%M%z}")
print("hours off:", off)
assert off == [0.0, -1.0, 1.0, -1.0, 0.0]
PY
