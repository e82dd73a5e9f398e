#!/usr/bin/env bash
# tasktiger 0.26.3: a task of every Sunday begins on whatever day its start_date is.
# Guess: cron_expr("0 4 * * 0", start_date=...) runs on Sundays at four, from that date on, and not after end_date.
# Seen: whoever asks before start_date gets start_date itself as the next time: a Tuesday at noon, then the Sundays. A task that was to run
#   in the night runs at the hour of the release. periodic() begins at its start_date, as it should; without start_date all is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tasktiger==0.26.3 croniter==7.0.0 pytz==2026.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime

from croniter import croniter
from tasktiger import cron_expr

NOW = datetime(2026, 11, 28, 8)
START, END = datetime(2026, 12, 1, 12), datetime(2026, 12, 22)
LINE = "0 4 * * 0"


def runs(schedule):
    """Return the times of a schedule, each asked for at the one before, as the worker does."""
    function, arguments = schedule
    times, moment = [], NOW
    while (moment := function(moment, *arguments)) and len(times) < 5:
        times.append(moment)
    return times


def right():
    """Return the times of the line between both dates, by croniter."""
    lines, times = croniter(LINE, START), []
    while (moment := lines.get_next(datetime)) <= END:
        times.append(moment)
    return times


for name, times in (("right", right()), ("seen", runs(cron_expr(LINE, start_date=START, end_date=END)))):
    print(f"{name}:", [f"{moment:%a %d %b %H:%M}" for moment in times])
seen = runs(cron_expr(LINE, start_date=START, end_date=END))
assert seen == [START, *right()] and START.strftime("%a %H") == "Tue 12"
assert all(moment.strftime("%a %H") == "Sun 04" for moment in right())
plain = runs(cron_expr(LINE))
print("without start_date:", [f"{moment:%a %d %b %H:%M}" for moment in plain])
assert all(moment.strftime("%a %H") == "Sun 04" for moment in plain)
PY
