#!/usr/bin/env bash
# pendulum 3.3.0: a timestamp read by from_format with a time zone is another moment.
# Guess: from_format("1796106600", "X", tz="Asia/Tokyo") is from_timestamp(1796106600, tz="Asia/Tokyo"); what format() writes is read again.
# Seen: the clock of UTC is taken and called Tokyo's: nine hours too early, in New York five too late, and so it is with the milliseconds of
#   x, which LINE sends. Without tz it is right. The weekday of d, which counts from Sunday when it is written, counts from Monday when it is
#   read: Tuesday comes back as Wednesday. E is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pendulum==3.3.0
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime
from zoneinfo import ZoneInfo

import pendulum

MOMENT = 1_796_106_600  # 1 December 2026, 15:30 in Tokyo
for zone, hours in (("UTC", 0), ("Asia/Tokyo", -9), ("America/New_York", 5)):
    right = datetime.fromtimestamp(MOMENT, ZoneInfo(zone))
    assert pendulum.from_timestamp(MOMENT, tz=zone) == right
    for text, form in ((str(MOMENT), "X"), (f"{MOMENT}123", "x")):
        seen = pendulum.from_format(text, form, tz=zone)
        off = (int(seen.timestamp()) - MOMENT) / 3600
        print(f"{text} as {form} in {zone}: {seen:%Y-%m-%d %H:%M}, right: {right:%Y-%m-%d %H:%M}, {off:+.0f} hours")
        assert off == hours, f"it is {off} hours off in {zone} now"
tokyo = pendulum.datetime(2026, 12, 1, 15, 30, tz="Asia/Tokyo")
assert pendulum.from_format(tokyo.format("X"), "X", tz="Asia/Tokyo") == tokyo.subtract(hours=9), "what is written is read again now"
assert pendulum.from_format(tokyo.format("YYYY-MM-DD HH:mm"), "YYYY-MM-DD HH:mm", tz="Asia/Tokyo") == tokyo

week = [pendulum.datetime(2026, 11, 29).add(days=number) for number in range(7)]  # from Sunday to Saturday
for token, days in (("E", [0] * 7), ("d", [-6, 1, 1, 1, 1, 1, 1])):
    form = f"YYYY-MM-DD {token}"
    off = [(pendulum.from_format(day.format(form), form) - day).days for day in week]
    print(f"{form}, {week[2].format(form)} is read as {pendulum.from_format(week[2].format(form), form):%a %d %b}; the week is off by {off} days")
    assert off == days, f"by {token} it is off by {off} days now"
PY
