#!/usr/bin/env bash
# workdays 1.4: from the end of a month back to its middle there are two working days less than forward.
# Guess: networkdays(end, start) is the count of networkdays(start, end) with a minus, as in Excel, whose function it is named after.
# Seen: counted back, one or two days are missing in eleven of twelve pairs of days within four weeks; with holidays
#   it is off to both sides. Forward all are right. No error and no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet workdays==1.4
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from collections import Counter
from datetime import date, timedelta

from workdays import networkdays

FIRST = date(2027, 1, 1)
HOLIDAYS = [date(2027, 1, 1), date(2027, 1, 11)]


def right(start, end, holidays):
    """Return the working days of both ends and all between, below 0 when counted back, as Excel does."""
    first, last = min(start, end), max(start, end)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    count = sum(day.weekday() < 5 and day not in holidays for day in days)
    return count if start <= end else -count


for start, end in ((date(2027, 1, 29), date(2027, 1, 13)), (date(2027, 1, 13), date(2027, 1, 29)), (date(2027, 1, 11), date(2026, 12, 20))):
    print(f"{start:%a %d %b} to {end:%a %d %b}: {networkdays(start, end)}, right {right(start, end, [])}")
assert networkdays(date(2027, 1, 13), date(2027, 1, 29)) == 13
assert networkdays(date(2027, 1, 29), date(2027, 1, 13)) == -11

off = {}
for holidays in ([], HOLIDAYS):
    for direction in (1, -1):
        pairs = [(FIRST + timedelta(days=a), FIRST + timedelta(days=a + direction * b)) for a in range(28) for b in range(1, 29)]
        off[len(holidays), direction] = Counter(networkdays(*pair, holidays) - right(*pair, holidays) for pair in pairs)
        print(f"{len(holidays)} holidays, {'forward' if direction > 0 else 'back'}: off by", dict(sorted(off[len(holidays), direction].items())))
assert set(off[0, 1]) == set(off[2, 1]) == {0}
assert off[0, -1] == {0: 64, 1: 320, 2: 400}
assert min(off[2, -1]) < 0 < max(off[2, -1]) and off[2, -1][0] < 400
PY
