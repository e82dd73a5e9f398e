#!/usr/bin/env bash
# celery 5.7.0 and croniter 7.0.0: one cron line, two schedules.
# Guess: crontab.from_string() reads a line as cron and croniter do: "0 0 13 * 5" is each 13th and each Friday.
# Seen: both must hold, so it is Friday the 13th: three times in 2026, where cron comes to 61. "30 4 1,15 * 5" waits from
#   January for May. Lines with one of the two fields agree; 7 for Sunday is a ValueError.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet celery==5.7.0 croniter==7.0.0
"$folder/venv/bin/python" - <<'PY'
from datetime import UTC, datetime

from celery import Celery
from celery.schedules import crontab
from croniter import croniter

app = Celery()
app.conf.timezone = "UTC"
START = datetime(2026, 1, 1, tzinfo=UTC)


def by_celery(line):
    schedule, now = crontab.from_string(line), START
    schedule.app, schedule.nowfun = app, lambda: now
    while True:
        now += schedule.remaining_estimate(now)
        yield now


def days(times):
    found = []
    for time in times:
        if time.year > 2026:
            return found
        found.append(f"{time:%m-%d}")


seen = {}
for line in ("0 9 * * 1", "0 0 31 * *", "0 0 13 * 5", "30 4 1,15 * 5"):
    seen[line] = days(by_celery(line)), days(croniter(line, START, ret_type=datetime))
    for name, found in zip(("celery", "croniter"), seen[line]):
        print(f"{line:14} {name:8} {len(found)} in 2026: {', '.join(found[:5])} ...")
for line in ("0 9 * * 1", "0 0 31 * *"):
    assert seen[line][0] == seen[line][1], line
assert seen["0 0 13 * 5"][0] == ["02-13", "03-13", "11-13"]
assert len(seen["0 0 13 * 5"][1]) == 61
assert seen["30 4 1,15 * 5"][0] == ["05-01", "05-15"]
assert seen["30 4 1,15 * 5"][1][:3] == ["01-01", "01-02", "01-09"]
try:
    crontab.from_string("0 9 * * 7")
except ValueError as error:
    print("0 9 * * 7: celery ValueError:", error)
else:
    raise SystemExit("changed: celery reads 7 as Sunday")
PY
