#!/usr/bin/env bash
# celery-redbeat 2.4.2: what is planned for the first Friday of each month runs on every Friday.
# Guess: an rrule is stored in Redis and read back as the rule that was planned.
# Seen: byweekday=FR(1), FR(-1) and MO(2) come back as FR and MO: which one of the month is not stored, neither of saved
#   entries nor of beat_schedule, while the entry in hand still shows the right days. bysetpos=1 with byweekday=FR is kept.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet celery-redbeat==2.4.2 celery==5.7.0 redis==8.1.0 fakeredis==2.41.0
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime, timedelta, timezone

from celery import Celery
from dateutil.rrule import FR, MO, MONTHLY
from dateutil.rrule import rrule as rule
from fakeredis import FakeStrictRedis
from redbeat import RedBeatScheduler, RedBeatSchedulerEntry
from redbeat.schedules import rrule

start = datetime(2026, 12, 1, 9, tzinfo=timezone(timedelta(hours=9)))
app = Celery("studio", broker="memory://")
app.conf.update(redbeat_redis_url="redis://localhost", redbeat_redis_options={}, timezone="Asia/Tokyo")
app.conf.beat_schedule = {"of-beat": {"task": "album", "schedule": rrule("MONTHLY", dtstart=start, byweekday=FR(1))}}
app.redbeat_redis = FakeStrictRedis(decode_responses=True)


def days(entry):
    return [f"{day:%m-%d}" for day in entry.schedule.rrule[:4]]


def read(name):
    return days(RedBeatSchedulerEntry.from_key(f"redbeat:{name}", app=app))


firsts = [f"{day:%m-%d}" for day in rule(MONTHLY, dtstart=start, byweekday=FR(1))[:4]]
assert firsts == ["12-04", "01-01", "02-05", "03-05"], firsts
fridays, mondays = ["12-04", "12-11", "12-18", "12-25"], ["12-07", "12-14", "12-21", "12-28"]
expected = {
    "first Friday": ({"byweekday": FR(1)}, firsts, fridays),
    "last Friday": ({"byweekday": FR(-1)}, ["12-25", "01-29", "02-26", "03-26"], fridays),
    "second Monday": ({"byweekday": MO(2)}, ["12-14", "01-11", "02-08", "03-08"], mondays),
    "Friday, bysetpos=1": ({"byweekday": FR, "bysetpos": 1}, firsts, firsts),
}
for name, (options, planned, stored) in expected.items():
    entry = RedBeatSchedulerEntry(name, "album", rrule("MONTHLY", dtstart=start, **options), app=app)
    entry.save()
    print(f"{name}: planned {days(entry)}, read back {read(name)}")
    assert (days(entry), read(name)) == (planned, stored)
RedBeatScheduler(app, lazy=True).setup_schedule()
print("first Friday of beat_schedule: read back", read("of-beat"))
assert read("of-beat") == fridays
PY
