#!/usr/bin/env bash
# recurring-ical-events 3.8.2: what is cancelled or moved at 10:00 in Tokyo is gone at 19:00 too, when it is 10:00 in UTC.
# Guess: an EXDATE with a time zone takes away the one occurrence at that moment, as the same EXDATE in UTC does.
# Seen: of reminders at 10:00 and 19:00 each day both are gone on the day when the one at 10:00 is cancelled. If that one is moved to
#   10:30 with a RECURRENCE-ID, the one at 19:00 is gone as well, and an RDATE at 19:00 is never there. Written as 01:00Z, the same
#   moment takes only itself away. The local time is compared with the time in UTC, without a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet recurring-ical-events==3.8.2 icalendar==7.3.2 tzdata==2026.6
"$folder/venv/bin/python" - <<'PY'
import recurring_ical_events
from icalendar import Calendar

START = "DTSTART;TZID=Asia/Tokyo:20261201T100000"
TWICE_A_DAY = f"{START}\nRRULE:FREQ=DAILY;BYHOUR=10,19;COUNT=6"
CANCELLED = "EXDATE;TZID=Asia/Tokyo:20261202T100000"
MOVED = "RECURRENCE-ID;TZID=Asia/Tokyo:20261202T100000\nDTSTART;TZID=Asia/Tokyo:20261202T103000"
ALL = ["01 10:00", "01 19:00", "02 10:00", "02 19:00", "03 10:00", "03 19:00"]


def times(*events):
    """Return day and time in Tokyo of each occurrence in a calendar of these events, all of one UID."""
    body = "\n".join(
        f"BEGIN:VEVENT\nUID:reminder@example.com\nDTSTAMP:20261101T000000Z\n{event}\nEND:VEVENT" for event in events
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//example//reminders//\n{body}\nEND:VCALENDAR\n".replace("\n", "\r\n")
    found = recurring_ical_events.of(Calendar.from_ical(text)).between((2026, 11, 30), (2026, 12, 6))
    return sorted(f"{event.start:%d %H:%M}" for event in found)


def without(*gone):
    return [time for time in ALL if time not in gone]


seen = {
    "as planned": times(TWICE_A_DAY),
    "the 2nd at 10:00 cancelled, in UTC": times(f"{TWICE_A_DAY}\nEXDATE:20261202T010000Z"),
    "the 2nd at 10:00 cancelled, in Tokyo's time": times(f"{TWICE_A_DAY}\n{CANCELLED}"),
    "the 2nd at 10:00 moved to 10:30": times(TWICE_A_DAY, MOVED),
    "one more on the 2nd at 19:00": times(
        f"{START}\nRRULE:FREQ=DAILY;COUNT=3\n{CANCELLED}\nRDATE;TZID=Asia/Tokyo:20261202T190000"
    ),
    "one more on the 2nd at 20:00": times(
        f"{START}\nRRULE:FREQ=DAILY;COUNT=3\n{CANCELLED}\nRDATE;TZID=Asia/Tokyo:20261202T200000"
    ),
}
for name, found in seen.items():
    print(f"{name}: {', '.join(found)}")
expected = [
    ALL,
    without("02 10:00"),
    without("02 10:00", "02 19:00"),
    sorted([*without("02 10:00", "02 19:00"), "02 10:30"]),
    ["01 10:00", "03 10:00"],
    ["01 10:00", "02 20:00", "03 10:00"],
]
assert list(seen.values()) == expected, seen
PY
