#!/usr/bin/env bash
# apscheduler 3.11.3: an hourly interval with jitter wanders through the day, and runs fewer times than there are hours.
# Guess: IntervalTrigger(hours=1, jitter=1200) runs 24 times a day, each time up to twenty minutes after its hour.
# Seen: each interval is counted from the run before with the delay that this had, so all delays add up: 24 runs take 28 hours,
#   each at another minute. CronTrigger(minute=0, jitter=1200) draws each delay anew.
#   The documentation says of both in the same words that they delay a run by at most so many seconds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet apscheduler==3.11.3 tzlocal==5.4.5 freezegun==1.5.5 tzdata==2026.6
"$folder/venv/bin/python" - <<'PY'
import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from freezegun import freeze_time

JAPAN = ZoneInfo("Asia/Tokyo")
NINE = datetime(2026, 12, 1, 9, tzinfo=JAPAN)


class ByHand(BaseScheduler):
    """Processes its jobs when it is told to, so that two days pass at once."""

    def wakeup(self):
        pass

    def shutdown(self, wait=True):
        super().shutdown(wait)


def runs(trigger):
    """Return when a job ran in the two days after nine o'clock."""
    seen = []
    with freeze_time(NINE - timedelta(seconds=1)) as clock:
        scheduler = ByHand(timezone=JAPAN, executors={"default": DebugExecutor()})
        scheduler.add_job(lambda: seen.append(datetime.now(JAPAN)), trigger, misfire_grace_time=None)
        scheduler.start()
        while datetime.now(JAPAN) < NINE + timedelta(hours=48):
            clock.tick(max(scheduler._process_jobs(), 0.001))
        scheduler.shutdown()
    return [moment for moment in seen if moment < NINE + timedelta(hours=48)]


random.seed(1)
spread = 1200
cases = {
    "interval": IntervalTrigger(hours=1, start_date=NINE, timezone=JAPAN),
    "cron with jitter": CronTrigger(minute=0, timezone=JAPAN, jitter=spread),
    "interval with jitter": IntervalTrigger(hours=1, start_date=NINE, timezone=JAPAN, jitter=spread),
}
late = {}
for name, trigger in cases.items():
    moments = runs(trigger)
    late[name] = [(moment - NINE).total_seconds() - 3600 * number for number, moment in enumerate(moments)]
    print(f"{name}: {len(moments)} runs in 48 hours, minutes late:", *(round(seconds / 60) for seconds in late[name]))
assert len(late["interval"]) == len(late["cron with jitter"]) == 48
assert max(late["interval"]) < 1 and 0 <= min(late["cron with jitter"]) and max(late["cron with jitter"]) <= spread + 1
assert len(late["interval with jitter"]) < 44, len(late["interval with jitter"])
assert late["interval with jitter"] == sorted(late["interval with jitter"])
assert late["interval with jitter"][-1] > 4 * 3600
PY
