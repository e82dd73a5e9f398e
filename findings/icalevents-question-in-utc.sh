#!/usr/bin/env bash
# icalevents 0.3.1: who asks in UTC, as its docstring has it, gets the events of other hours.
# Guess: events(start=..., end=...) gives what takes place between both moments, whatever zone they are written in, dates of an RDATE too.
# Seen: the hour and minute of the question are taken for those of the event's zone. The same day of Tokyo asked in its own zone has its
#   morning and its evening; asked in UTC, from 15:00 to 15:00, it has the evening before and the morning. What takes place now is not there
#   for nine hours, and then too long. An RDATE is not looked at, when an EXDATE is. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet icalevents==0.3.1 icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from icalevents.icalevents import events

EVENT = """BEGIN:VEVENT
UID:{name}@example.com
DTSTAMP:20260101T000000Z
DTSTART;TZID=Asia/Tokyo:{start}
DURATION:PT1H
{rule}SUMMARY:{name}
END:VEVENT
"""
TOKYO = ZoneInfo("Asia/Tokyo")


def calendar(*parts):
    text = "".join(EVENT.format(name=name, start=start, rule=rule) for name, start, rule in parts)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:example\n{text}END:VCALENDAR\n".replace("\n", "\r\n")


def both(text, begin, end):
    """Return the names by icalevents and by recurring-ical-events."""
    one = sorted((event.start, event.summary) for event in events(string_content=text.encode(), start=begin, end=end))
    two = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(begin, end)
    return [name for _, name in one], [str(event["SUMMARY"]) for event in sorted(two, key=lambda event: event["DTSTART"].dt)]


DAY = calendar(("morning", "20261201T090000", ""), ("evening", "20261201T200000", ""), ("yesterday", "20261130T200000", ""))
midnight = datetime(2026, 12, 1, tzinfo=TOKYO)
for zone in (TOKYO, timezone.utc):
    begin, end = (moment.astimezone(zone) for moment in (midnight, midnight + timedelta(days=1)))
    seen, right = both(DAY, begin, end)
    print(f"1 December of Tokyo, asked as {begin:%d %H:%M%z} to {end:%d %H:%M%z}: {seen}, by recurring-ical-events {right}")
    assert right == ["morning", "evening"]
    assert seen == (right if zone is TOKYO else ["yesterday", "morning"])

now = datetime(2026, 12, 1, 9, 30, tzinfo=TOKYO).astimezone(timezone.utc)
seen, right = both(DAY, now, now + timedelta(minutes=1))
print(f"at {now:%H:%M%z}: {seen}, by recurring-ical-events {right}")
assert (seen, right) == ([], ["morning"])

more = calendar(("added", "20261201T090000", "RDATE;TZID=Asia/Tokyo:20261203T100000\n"))
seen, right = both(more, midnight, midnight + timedelta(days=5))
print(f"with an RDATE: {len(seen)}, by recurring-ical-events {len(right)}")
assert (len(seen), len(right)) == (1, 2)
PY
