#!/usr/bin/env bash
# sqlalchemy-celery-beat 0.9.1: in its default database, what is planned for noon in Tokyo runs at nine in the evening.
# Guess: clocked_time and start_time may be given with a time zone, since their columns are DateTime(timezone=True).
# Seen: SQLite, the default of beat_dburi, keeps the digits without the zone, and the scheduler reads them as UTC: a greeting for noon
#   in Tokyo is sent at 21:00, and what begins at 15:00 begins at midnight. No warning. The same moments said in UTC are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sqlalchemy-celery-beat==0.9.1 sqlalchemy==2.1.9 celery==5.7.0 freezegun==1.5.5
"$folder/venv/bin/python" -W ignore - "$folder" <<'PY'
import logging
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from celery import Celery
from freezegun import freeze_time
from sqlalchemy_celery_beat.models import ClockedSchedule, IntervalSchedule, Period, PeriodicTask
from sqlalchemy_celery_beat.schedulers import DatabaseScheduler
from sqlalchemy_celery_beat.session import SessionManager

logging.disable()
TOKYO = ZoneInfo("Asia/Tokyo")
runs = {}


class Noted(DatabaseScheduler):
    """Notes when a task is due, instead of sending it."""

    def apply_async(self, entry, producer=None, advance=True, **options):
        entry = self.reserve(entry)
        runs.setdefault(entry.name, []).append(datetime.now(TOKYO).strftime("%-d %H:%M"))


def plan(address, zone):
    """Plan a greeting at noon of the first, and one each two hours from 15:00 on."""
    manager = SessionManager()
    engine, make = manager.create_session(address)
    manager.prepare_models(engine)
    first = datetime(2026, 12, 1, tzinfo=TOKYO)
    with make() as session:
        each_two_hours = IntervalSchedule(every=2, period=Period.HOURS)
        noon = ClockedSchedule(clocked_time=(first + timedelta(hours=12)).astimezone(zone))
        session.add_all([each_two_hours, noon])
        session.flush()
        begins = (first + timedelta(hours=15)).astimezone(zone)
        session.add_all(
            [
                PeriodicTask(schedule_model=noon, name="noon", task="greet", one_off=True),
                PeriodicTask(schedule_model=each_two_hours, name="begins at 15:00", task="greet", start_time=begins),
            ]
        )
        session.commit()


def ran(zone):
    """Return when each ran from eleven in the morning to one at night, on a frozen clock."""
    runs.clear()
    address = f"sqlite:///{sys.argv[1]}/{zone}.db".replace("Asia/", "")
    app = Celery("greeter", broker="memory://")
    app.conf.update(beat_dburi=address, timezone="Asia/Tokyo")
    with freeze_time(datetime(2026, 12, 1, 11, tzinfo=TOKYO)) as clock:
        plan(address, zone)
        scheduler = Noted(app=app)
        while datetime.now(TOKYO) < datetime(2026, 12, 2, 1, tzinfo=TOKYO):
            scheduler.tick()
            clock.tick(60)
        scheduler.sync()
    runs.pop("celery.backend_cleanup", None)
    return dict(sorted(runs.items()))


in_utc, in_tokyo = ran(timezone.utc), ran(TOKYO)
print("said in UTC:  ", in_utc)
print("said in Tokyo:", in_tokyo)
assert in_utc["noon"] == ["1 12:00"] and in_tokyo["noon"] == ["1 21:00"]
assert in_utc["begins at 15:00"][0] == "1 15:00" and in_tokyo["begins at 15:00"][0] == "2 00:00"
PY
