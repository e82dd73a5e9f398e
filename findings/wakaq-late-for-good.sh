#!/usr/bin/env bash
# wakaq 4.0.4: one slow minute of the broker makes all scheduled tasks late for good.
# Guess: a task of each hour is queued at the hour; when queueing it takes ten minutes once, it is late once.
# Seen: the scheduler sleeps from one due time to the next as if nothing had passed between, and never looks at the clock again. After
#   ten minutes in which Redis did not answer every task is ten minutes late, until the program is started anew; so after a suspended
#   machine. Each push adds its own time: at a hundredth of a second, a task of each minute is seven minutes late in a month.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet wakaq==4.0.4
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import time
from datetime import datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

import wakaq.scheduler
from wakaq.scheduler import CronTask, Scheduler

START = datetime(2026, 12, 1, 8, 30)


class Clock(datetime):
    """Tell a time that only sleeping and queueing move on."""

    now_seconds = 0.0

    @classmethod
    def utcnow(cls):
        return START + timedelta(seconds=Clock.now_seconds)


def run(line, pushes, costs):
    """Return when the tasks are queued, whose pushes take so many seconds."""
    Clock.now_seconds, queued = 0.0, []

    def push(key, payload):
        queued.append(Clock.utcnow())
        if len(queued) == pushes:
            raise StopIteration
        Clock.now_seconds += costs(len(queued))

    def sleep(seconds):
        Clock.now_seconds += seconds

    queue = SimpleNamespace(name="paint", broker_key="paint")
    task = SimpleNamespace(name="paint", queue=queue)
    scheduler = Scheduler(SimpleNamespace(tasks={"paint": task}, queues=[queue], broker=SimpleNamespace(lpush=push)))
    scheduler.schedules = [CronTask(schedule=line, task_name="paint")]
    with patch.object(time, "sleep", sleep), patch.object(wakaq.scheduler, "datetime", Clock):
        try:
            scheduler._run()
        except StopIteration:
            pass
    return queued


quick = run("0 * * * *", 6, lambda number: 0)
slow = run("0 * * * *", 6, lambda number: 600 if number == 2 else 0)
for name, times in (("quick", quick), ("one slow push", slow)):
    print(f"{name}: {[f'{moment:%H:%M}' for moment in times]}")
assert [moment.minute for moment in quick] == [0] * 6
assert [moment.minute for moment in slow] == [0, 0, 10, 10, 10, 10]
month = run("* * * * *", 30 * 24 * 60, lambda number: 0.01)
print("each minute for 30 days, a hundredth of a second each: last one", month[-1], "due", START + timedelta(days=30))
assert month[-1] - (START + timedelta(days=30)) > timedelta(minutes=7)
PY
