#!/usr/bin/env bash
# astral 3.2: in Tokyo, one day a month has no moonrise, though the moon rises.
# Guess: moonrise(observer, date, Tokyo's zone) raises "never rises" only on the day a month on which it does not rise there.
# Seen: it raises on the days without one by UTC's calendar. On 22 January 2026 the moon rose over Tokyo at 08:42, which ephem
#   and the days before and after agree on; astral says that it never rises. So for 27 of 705 risings and settings in 2026,
#   26 of them between eight and ten in the morning, when the day of UTC begins.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet astral==3.2 ephem==4.2.1 tzdata==2026.3
cd "$folder"
venv/bin/python - <<'PY'
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import ephem
from astral import Observer
from astral.moon import moonrise, moonset

TOKYO, HERE = ZoneInfo("Asia/Tokyo"), (35.68, 139.77)


def by_ephem(day, name):
    """Return when the moon rises or sets on a day of Tokyo's, or None."""
    place, moon = ephem.Observer(), ephem.Moon()
    place.lat, place.lon = map(str, HERE)
    midnight = datetime(day.year, day.month, day.day, tzinfo=TOKYO).astimezone(timezone.utc)
    place.date = midnight.replace(tzinfo=None)
    found = getattr(place, name)(moon).datetime().replace(tzinfo=timezone.utc).astimezone(TOKYO)
    return found if found.date() == day else None


def by_astral(day, function):
    try:
        return function(Observer(*HERE), day, TOKYO)
    except ValueError:
        return None


days = [date(2026, 1, 1) + timedelta(number) for number in range(365)]
pairs = [(day, by_ephem(day, theirs), by_astral(day, ours))
         for day in days for theirs, ours in (("next_rising", moonrise), ("next_setting", moonset))]
both = [abs((one - two).total_seconds()) for _, one, two in pairs if one and two]
lost = [(day, one) for day, one, two in pairs if one and not two]
print(f"{len(both)} agree within {max(both) / 60:.0f} minutes; {len(lost)} that ephem has are none to astral:")
for day, one in lost[:4]:
    print(f"  {one:%Y-%m-%d %H:%M} in Tokyo")
for day in (21, 22, 23):
    print(f"  January {day}: moonrise by astral {by_astral(date(2026, 1, day), moonrise)}")
nowhere = sum(not one for _, one, _ in pairs)
print(f"{nowhere} days really have none")
assert len(lost) == 27 and max(both) < 600, (len(lost), max(both))
print("they rise or set between", min(one.strftime("%H:%M") for _, one in lost), "and", max(one.strftime("%H:%M") for _, one in lost))
assert sum(one.hour in (8, 9) for _, one in lost) == 26
assert by_astral(date(2026, 1, 22), moonrise) is None and by_ephem(date(2026, 1, 22), "next_rising").hour == 8
PY
