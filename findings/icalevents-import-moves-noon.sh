#!/usr/bin/env bash
# icalevents 0.3.1: where it is imported, icalendar and recurring-ical-events give other times.
# Guess: to import a library changes no other: from noon in New York on 13 March 2027 a day, DURATION:P1D, ends at noon, as RFC 5545 has it.
# Seen: its import turns the whole program from zoneinfo to pytz. The same day then ends at 13:00 for whoever asks icalendar, a week at an
#   hour more too, and a start to which a program adds a day keeps the winter's hour. It counts when the import comes, not whether
#   icalevents is ever called. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet icalevents==0.3.1 icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import subprocess
import sys

PROGRAM = """
from datetime import date, timedelta, timezone
import icalendar
import recurring_ical_events
{import_line}
TEXT = '''BEGIN:VCALENDAR
VERSION:2.0
PRODID:example
BEGIN:VEVENT
UID:1@example.com
DTSTART;TZID=America/New_York:20270313T120000
DURATION:{duration}
SUMMARY:cat
END:VEVENT
END:VCALENDAR
'''.replace(chr(10), chr(13) + chr(10))
calendar = icalendar.Calendar.from_ical(TEXT)
[event] = recurring_ical_events.of(calendar).between(date(2027, 3, 1), date(2027, 4, 1))
later = calendar.events[0].start + timedelta(days=7)
print(event["DTEND"].dt.strftime("%d %H:%M%z"), "and a start plus seven days in UTC", later.astimezone(timezone.utc).strftime("%d %H:%M"))
"""


def run(import_line, duration):
    program = PROGRAM.replace("{import_line}", import_line).replace("{duration}", duration)
    seen = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True).stdout.strip()
    print(f"{import_line or 'alone':18} {duration}: ends {seen}")
    return seen


alone, beside = run("", "P1D"), run("import icalevents.icalevents", "P1D")
assert alone == "14 12:00-0400 and a start plus seven days in UTC 20 16:00"
assert beside == "14 13:00-0400 and a start plus seven days in UTC 20 17:00"
alone, beside = run("", "P1W"), run("import icalevents.icalevents", "P1W")
assert alone.startswith("20 12:00-0400") and beside.startswith("20 13:00-0400")
PY
