#!/usr/bin/env bash
# schedule 1.2.2: the day after the clocks have gone forward, what runs in the night runs twice.
# Guess: every().day.at("02:30", "America/New_York") runs once each day; on 8 March 2026, which has no 02:30, at 03:30. "The day after it
#   will return to normal", as its documentation has it.
# Seen: on 9 March it runs at 01:30 and again at 02:30, whatever the machine's own zone; in Berlin it does so on 30 March. Half past
#   every other hour, the other days and the night in autumn, which has the hour twice, are as guessed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet schedule==1.2.2 pytz==2026.6 time-machine==3.6.0 tzdata==2026.6
"$folder/venv/bin/python" - <<'PY'
import os
import time
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import schedule
import time_machine


def times(at, zone, day, machine="UTC"):
    """Ask every quarter of an hour for six days from a day on; return when the daily job ran, in its zone."""
    os.environ["TZ"] = machine
    time.tzset()
    start = datetime.fromisoformat(f"{day}T12:00+00:00")
    ran = []
    with time_machine.travel(start, tick=False) as traveller:
        scheduler = schedule.Scheduler()
        scheduler.every().day.at(at, zone).do(
            lambda: ran.append(datetime.now(timezone.utc).astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M"))
        )
        for quarter in range(6 * 24 * 4):
            traveller.move_to(start + timedelta(minutes=15 * quarter))
            scheduler.run_pending()
    return ran


for zone, spring, autumn in (("America/New_York", "2026-03-06", "2026-10-30"), ("Europe/Berlin", "2026-03-27", "2026-10-23")):
    for day in (spring, autumn):
        odd = []
        for hour in range(24):
            at = f"{hour:02d}:30"
            if any(not ran.endswith(at) for ran in times(at, zone, day)):
                odd.append(at)
        print(f"{zone} from {day} on: other times than asked for with {odd or 'none'}")
        assert odd == (["02:30"] if day == spring else []), odd
for machine in ("UTC", "Asia/Tokyo", "America/New_York"):
    ran = times("02:30", "America/New_York", "2026-03-06", machine)
    print(f"02:30 in New York, on a machine in {machine}: {', '.join(ran)}")
    nights = ["03-07 02:30", "03-08 03:30", "03-09 01:30", "03-09 02:30", "03-10 02:30", "03-11 02:30", "03-12 02:30"]
    assert ran == nights, ran
assert times("02:30", "Europe/Berlin", "2026-03-27")[1:4] == ["03-29 03:30", "03-30 01:30", "03-30 02:30"]
PY
