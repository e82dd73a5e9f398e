#!/usr/bin/env bash
# apscheduler 3.11.3: a calendar interval that began in the past is due at once, for every day since it began.
# Guess: a job of "calendarinterval" that began ten days ago is next due at or after now, as its documentation has it, and "interval" and "cron"
#   with the same start are.
# Seen: its next_run_time is its first day, ten days ago. So every start of the program has it missed at once, or, with misfire_grace_time=None,
#   run at once, and with coalesce=False eleven times, whatever ran before. From the first run on it is right. "interval" begun then waits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet apscheduler==3.11.3 tzdata==2026.6
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime, timedelta, timezone
from threading import Event

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.schedulers.background import BackgroundScheduler

now = datetime.now(timezone.utc)
start = (now - timedelta(days=10)).replace(hour=0, minute=0, second=0, microsecond=0)
ran = {"calendarinterval": [], "interval": [], "cron": []}
kinds = {
    "calendarinterval": {"days": 1, "hour": 0, "start_date": start.date()},
    "interval": {"days": 1, "start_date": start},
    "cron": {"hour": 0, "start_date": start},
}

scheduler = BackgroundScheduler(timezone=timezone.utc)
scheduler.start(paused=True)
for kind, options in kinds.items():
    scheduler.add_job(ran[kind].append, kind, args=["run"], id=kind, misfire_grace_time=None, coalesce=False, **options)
due = {job.id: job.next_run_time for job in scheduler.get_jobs()}
for kind, moment in due.items():
    print(f"{kind}: next due {(moment - now) / timedelta(days=1):+.0f} days from now" if moment < now else f"{kind}: next due at its next hour")
assert now < due["interval"] <= now + timedelta(days=1) and now < due["cron"] <= now + timedelta(days=1), due
assert due["calendarinterval"] == start, f"it is due {due['calendarinterval']} now"

all_done = Event()
scheduler.add_listener(lambda event: len(ran["calendarinterval"]) == 11 and all_done.set(), EVENT_JOB_EXECUTED)
scheduler.resume()
assert all_done.wait(30), f"it ran {len(ran['calendarinterval'])} times"
after = scheduler.get_job("calendarinterval").next_run_time
scheduler.shutdown()
print("runs at the start of the program:", {kind: len(runs) for kind, runs in ran.items()})
assert {kind: len(runs) for kind, runs in ran.items()} == {"calendarinterval": 11, "interval": 0, "cron": 0}, ran
assert after == start + timedelta(days=11), after
PY
