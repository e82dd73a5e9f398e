#!/usr/bin/env bash
# icalendar 7.3.2: the end of a recurrence loses its time zone, and what was to end at noon in Tokyo ends at nine in the evening.
# Guess: {"until": noon in Tokyo} is written in UTC, as RFC 5545 asks where DTSTART has a zone, or with its zone as DTSTART is.
# Seen: UNTIL=20261201T120000, the local time without any zone. recurring-ical-events 3.8.2 reads it as UTC: a reminder each hour from
#   nine to noon comes until 21:00, and with the same moment in New York's time not once. Only an end in UTC is right.
#   Read again, the end is a datetime without a zone. No warning from either.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.6
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

TOKYO = ZoneInfo("Asia/Tokyo")
NINE, NOON = datetime(2026, 12, 1, 9, tzinfo=TOKYO), datetime(2026, 12, 1, 12, tzinfo=TOKYO)


def reminders(until):
    """Write a calendar with a reminder each hour from nine on, read it again; return its UNTIL as written and read, and the times."""
    event = Event()
    event.add("uid", "reminder@example.com")
    event.add("dtstamp", datetime(2026, 11, 1, tzinfo=timezone.utc))
    event.add("dtstart", NINE)
    event.add("rrule", {"freq": "hourly", "until": until})
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//example//reminders//")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    lines = calendar.to_ical().decode().splitlines()
    assert "DTSTART;TZID=Asia/Tokyo:20261201T090000" in lines, lines
    [written] = [line.partition("UNTIL=")[2] for line in lines if line.startswith("RRULE:FREQ=HOURLY")]
    again = Calendar.from_ical(calendar.to_ical())
    [end] = again.events[0]["RRULE"]["UNTIL"]
    found = recurring_ical_events.of(again).between((2026, 11, 30), (2026, 12, 4))
    return written, end, [occurrence.start for occurrence in found]


zones = {"UTC": timezone.utc, "Tokyo": TOKYO, "+09:00": timezone(timedelta(hours=9)), "New York": ZoneInfo("America/New_York")}
seen = {}
for name, zone in zones.items():
    until = NOON.astimezone(zone)
    assert until == NOON
    written, end, times = seen[name] = reminders(until)
    print(f"until {until} ({name}): UNTIL={written}, read as {end}: {len(times)} times", *(f"{time:%H:%M}" for time in times))
hours = [NINE + timedelta(hours=count) for count in range(13)]
assert seen["UTC"] == ("20261201T030000Z", NOON, hours[:4]), seen["UTC"]
for name in ("Tokyo", "+09:00"):
    written, end, times = seen[name]
    assert (written, end) == ("20261201T120000", datetime(2026, 12, 1, 12)), seen[name]
    assert times == hours, times
assert seen["New York"] == ("20261130T220000", datetime(2026, 11, 30, 22), []), seen["New York"]
PY
