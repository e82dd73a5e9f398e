#!/usr/bin/env bash
# pendulum 3.3.0: the interval back from one day to another leads, added, to a third.
# Guess: first + (second - first) is the second, as with datetime and relativedelta, and the months and days of an interval are what it says.
# Seen: from 31 March back to 28 February is "-1 month -3 days", and that leads to 25 February: the parts of the way forth with a minus are not
#   those of the way back. Of pairs in 2020 to 2028, 27 of 100 backward lead elsewhere, by up to three days, and one of 100 forward: from 10
#   October 2020 to 9 June 2022 is "1 year 8 months".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pendulum==3.3.0 python-dateutil==4.0.0
"$folder/venv/bin/python" - <<'PY'
import random
from datetime import date

import pendulum
from dateutil.relativedelta import relativedelta


def pair(first, second):
    """Return in words the interval between two days, and where it leads from the first."""
    start, end = pendulum.date(*first), pendulum.date(*second)
    way = relativedelta(date(*second), date(*first))
    assert date(*first) + way == date(*second)  # by dateutil
    assert date(*first) + (date(*second) - date(*first)) == date(*second)
    interval = end - start
    return interval.in_words(), str(start + interval)


for first, second, words, led in (
    ((2026, 3, 31), (2026, 2, 28), "-1 month -3 days", "2026-02-25"),
    ((2025, 2, 28), (2024, 2, 29), "-11 months -4 weeks -2 days", None),
    ((2020, 10, 10), (2022, 6, 9), "1 year 8 months", "2022-06-10"),
):
    seen = pair(first, second)
    print(f"from {first} to {second}: {seen[0]}, which leads to {seen[1]}")
    assert seen[0] == words and led in (None, seen[1]), f"it is {seen} now"
    assert seen[1] != str(date(*second)), f"it leads to {seen[1]} now"

random.seed(3)
wrong, count, off = {True: 0, False: 0}, {True: 0, False: 0}, set()
for _ in range(20_000):
    start, end = (pendulum.date(2020, 1, 1).add(days=random.randrange(3000)) for _ in range(2))
    led = start + (end - start)
    count[end > start] += 1
    wrong[end > start] += led != end
    off.add(abs((led.toordinal() - end.toordinal())))
backward, forward = (round(100 * wrong[side] / count[side], 1) for side in (False, True))
print(f"of all pairs {backward} % backward and {forward} % forward lead elsewhere, by {sorted(off - {0})} days")
assert 20 < backward < 35 and 0.5 < forward < 3, f"{backward} and {forward} % lead elsewhere now"
PY
