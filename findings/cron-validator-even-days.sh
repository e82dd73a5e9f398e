#!/usr/bin/env bash
# cron-validator 1.0.8: every second day is each even day, and every second month February, April, June.
# Guess: */2 in the days of the month is every second day from the 1st on, 1, 3, 5, as cron has it and cronsim; */6 in the months is
#   January and July, the quarter */3 January, April, July, October.
# Seen: a number that can be divided is due, which is right for minutes, hours and weekdays, as they begin at 0: days are 2, 4, 6, a quarter
#   begins in March, June, September, December, and */5 has no day in common with cron's. */31 is never due before the 31st. No error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cron-validator==1.0.8 cronsim==2.8
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime, timedelta
from itertools import islice

from cron_validator import CronValidator
from cronsim import CronSim

START = datetime(2026, 12, 31, 23, 59)


def seen(line, count):
    """Return the first days on which a line is due, asked at each midnight."""
    days = (START + timedelta(days=number, minutes=1) for number in range(1000))
    return [f"{day:%m-%d}" for day in islice((day for day in days if CronValidator.match_datetime(line, day)), count)]


def right(line, count):
    return [f"{day:%m-%d}" for day in islice(CronSim(line, START), count)]


wrong = []
for line in ("0 0 1,15 * *", "0 0 * * */2", "0 0 */2 * *", "0 0 */5 * *", "0 0 */31 * *", "0 0 1 */3 *", "0 0 1 */6 *"):
    print(f"{line}: {seen(line, 4)}, by cronsim {right(line, 4)}")
    if seen(line, 4) != right(line, 4):
        wrong.append(line)
assert wrong == ["0 0 */2 * *", "0 0 */5 * *", "0 0 */31 * *", "0 0 1 */3 *", "0 0 1 */6 *"]
assert seen("0 0 */2 * *", 3) == ["01-02", "01-04", "01-06"] and right("0 0 */2 * *", 3) == ["01-01", "01-03", "01-05"]
assert seen("0 0 1 */3 *", 2) == ["03-01", "06-01"] and right("0 0 1 */3 *", 2) == ["01-01", "04-01"]
assert not set(seen("0 0 */5 * *", 60)) & set(right("0 0 */5 * *", 60))
PY
