#!/usr/bin/env bash
# cron-validator 1.0.8: the clocks of all year are those of the day on which it runs.
# Guess: str_to_datetime("2026-07-15 00:00", "America/New_York") is that midnight there, and get_execution_time from it, as in its README,
#   gives nine o'clock for "0 9 * * *", in summer and in winter.
# Seen: a zone is asked for its distance from UTC today, and that is taken for all times. Asked in winter, every summer's nine o'clock is
#   ten; asked in summer, every winter's is eight. Zones without summer time, as Tokyo, are right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cron-validator==1.0.8 python-dateutil==4.0.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cron_validator import CronValidator
from cron_validator.util import str_to_datetime

for name in ("America/New_York", "Europe/London", "Asia/Tokyo"):
    off, clocks = [], []
    for month in (1, 7):
        midnight = str_to_datetime(f"2026-{month:02}-15 00:00", name)
        right = datetime(2026, month, 15, tzinfo=ZoneInfo(name))
        off.append(int((midnight.timestamp() - right.timestamp()) / 3600))
        [due] = CronValidator.get_execution_time("0 9 * * *", from_dt=midnight, to_dt=midnight + timedelta(hours=12))
        clocks.append(f"{datetime.fromtimestamp(due.timestamp(), ZoneInfo(name)):%H:%M}")
    print(f"{name}: nine o'clock is at {clocks[0]} in January, at {clocks[1]} in July; midnight is {off} hours off")
    if name == "Asia/Tokyo":
        assert clocks == ["09:00", "09:00"] and off == [0, 0]
    else:
        assert (clocks, off) in ((["09:00", "10:00"], [0, 1]), (["08:00", "09:00"], [-1, 0]))
PY
