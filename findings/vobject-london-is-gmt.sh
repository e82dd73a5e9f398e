#!/usr/bin/env bash
# vobject 0.9.9, icalendar 7.3.2: nine o'clock of a summer's day in London is ten when the other library reads it.
# Guess: an event that starts at nine in Europe/London, written by vobject, starts at nine in London for icalendar.
# Seen: the zone is written under the name of its winter, GMT, or EST for New York, with its true rules below. icalendar knows zones of these
#   names, which have no summer, and takes them, not the rules: all summer each event is an hour late. In winter, and in zones whose short
#   name has a summer too or isn't known, all is right. vobject itself reads its text rightly. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet vobject==0.9.9 icalendar==7.3.2 python-dateutil==2.9.0.post0 tzdata==2026.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import icalendar
import vobject


def write(start):
    calendar = vobject.iCalendar()
    event = calendar.add("vevent")
    event.add("dtstart").value = start
    event.add("uid").value = "1@example.com"
    event.add("summary").value = "cat"
    return calendar.serialize()


late = {}
for name in ("Europe/London", "America/New_York", "Asia/Tokyo", "Europe/Paris"):
    for month in (1, 7):
        start = datetime(2027, month, 1, 9, tzinfo=ZoneInfo(name))
        text = write(start)
        [line] = [line for line in text.splitlines() if line.startswith("DTSTART;TZID")]
        own = vobject.readOne(text).vevent.dtstart.value
        read = icalendar.Calendar.from_ical(text).events[0].start
        assert own.astimezone(timezone.utc) == start.astimezone(timezone.utc)
        late[name, month] = (read.astimezone(timezone.utc) - start.astimezone(timezone.utc)).total_seconds() / 3600
        print(f"{name}: {line}, by icalendar {read.astimezone(ZoneInfo(name)):%d %b %H:%M} there")
print("hours late:", late)
assert late["Europe/London", 7] == late["America/New_York", 7] == 1.0
assert sum(late.values()) == 2.0
PY
