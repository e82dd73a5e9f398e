#!/usr/bin/env bash
# cron-converter 2.0.2: every hour is twice at three when the clocks go forward, and leaves an hour out when they go back.
# Guess: Cron("0 * * * *").schedule(start) of a zone with summer time gives each hour once, as cronsim does; no time that no clock shows.
# Seen: hours are counted by the clock on the wall alone. On 14 March 2027 in New York 02:00, which isn't there, and 03:00 are one moment, due
#   twice with nothing between; on 7 November, 01:00 comes once and two hours pass to the next. Of a whole year 8760 runs are 8759
#   moments. With zoneinfo and dateutil alike; prev() too. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cron-converter==2.0.2 cronsim==2.8 python-dateutil==4.0.0 tzdata==2026.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime, timedelta, timezone
from itertools import islice
from zoneinfo import ZoneInfo

from cron_converter import Cron
from cronsim import CronSim
from dateutil import tz

LINE = "0 * * * *"


def gaps(times):
    """Return how many hours pass from each time to the next."""
    moments = [moment.astimezone(timezone.utc) for moment in times]
    return [(after - before) / timedelta(hours=1) for before, after in zip(moments, moments[1:])]


for zone in (ZoneInfo("America/New_York"), tz.gettz("America/New_York")):
    for day in (datetime(2027, 3, 13, 22, 30), datetime(2027, 11, 6, 22, 30)):
        start = day.replace(tzinfo=zone)
        schedule = Cron(LINE).schedule(start)
        seen = [schedule.next() for _ in range(6)]
        right = list(islice(CronSim(LINE, day.replace(tzinfo=ZoneInfo("America/New_York"))), 6))
        print(f"{day:%d %b}: {[f'{moment:%H:%M%z}' for moment in seen]}\n  by cronsim {[f'{moment:%H:%M%z}' for moment in right]}")
        assert gaps(right) == [1.0] * 5
        assert sorted(gaps(seen)) == ([0.0] if day.month == 3 else [1.0]) + [1.0] * 3 + ([1.0] if day.month == 3 else [2.0])

schedule = Cron(LINE).schedule(datetime(2027, 1, 1, tzinfo=ZoneInfo("America/New_York")))
year = [schedule.next() for _ in range(8760)]
moments = {moment.astimezone(timezone.utc) for moment in year}
print(len(year), "runs of a year at", len(moments), "moments")
assert len(moments) == 8759

schedule = Cron(LINE).schedule(datetime(2027, 3, 14, 5, 30, tzinfo=ZoneInfo("America/New_York")))
assert 0.0 in gaps([schedule.prev() for _ in range(5)])
PY
