#!/usr/bin/env bash
# ical 14.3.1: an event that was moved takes place at both times when its RECURRENCE-ID is in UTC.
# Guess: the timeline leaves out the occurrence at the moment that a RECURRENCE-ID names, in whatever zone the moment is written, as
#   recurring-ical-events does.
# Seen: it is looked for by its text: with 14:00 in UTC for nine o'clock in New York the old time stays, and the new one is beside it; so too
#   one that was cancelled. An EXDATE in UTC is left out rightly. Written in the zone of the event all is right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ical==14.3.1 icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime, timezone

import icalendar
import recurring_ical_events
from ical.calendar_stream import IcsCalendarStream

TEXT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:example
BEGIN:VEVENT
UID:1@example.com
DTSTAMP:20260101T000000Z
DTSTART;TZID=America/New_York:20270301T090000
DURATION:PT1H
RRULE:FREQ=DAILY;COUNT=3
{exdate}SUMMARY:cat
END:VEVENT
{moved}END:VCALENDAR
"""
MOVED = """BEGIN:VEVENT
UID:1@example.com
DTSTAMP:20260101T000000Z
RECURRENCE-ID{moment}
DTSTART;TZID=America/New_York:20270302T150000
DURATION:PT1H
SUMMARY:moved
END:VEVENT
"""
START, END = datetime(2027, 3, 1, tzinfo=timezone.utc), datetime(2027, 3, 9, tzinfo=timezone.utc)


def both(exdate="", moved=""):
    """Return the starts by ical and by recurring-ical-events."""
    text = TEXT.format(exdate=exdate, moved=moved).replace("\n", "\r\n")
    one = IcsCalendarStream.calendar_from_ics(text).timeline_tz(timezone.utc).overlapping(START, END)
    other = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(START, END)
    seen = [(event.summary, event.dtstart) for event in one]
    right = [(str(event["SUMMARY"]), event["DTSTART"].dt) for event in other]
    return [sorted(f"{when:%d %b %H:%M} {what}" for what, when in events) for events in (seen, right)]


ZONE, UTC = ";TZID=America/New_York:20270302T090000", ":20270302T140000Z"
for name, keywords in (("moved, in its zone", {"moved": MOVED.format(moment=ZONE)}), ("moved, in UTC", {"moved": MOVED.format(moment=UTC)}),
                       ("left out, in UTC", {"exdate": f"EXDATE{UTC}\n"})):  # fmt: skip
    seen, right = both(**keywords)
    print(f"{name}: {seen}", "" if seen == right else f"(right: {right})")
    extra = ["02 Mar 09:00 cat"] if name == "moved, in UTC" else []
    assert sorted(right + extra) == seen
PY
