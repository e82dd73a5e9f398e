#!/usr/bin/env bash
# dateparser 1.5.0: from October to December a Japanese day is a day of 2010, 2011 or 2012.
# Guess: 12月1日, the usual way to write a day, is the first of December, as 9月1日 is the first of September.
# Seen: 12月1日午後3時 is 29 January 2012: the 12 is taken for the year, the 1 for the month, the day is today's. 11月30日 is in
#   2011, 12月31日 nothing, and from January to September all is right. With DATE_ORDER="MDY" it is right all year, and
#   dates with a year still are. 明日午後3時 is tomorrow at the hour it is now; 明日の15時 is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet dateparser==1.5.0
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime

import dateparser

settings = {"RELATIVE_BASE": datetime(2026, 11, 29, 10, 0)}


def read(text, **more):
    found = dateparser.parse(text, languages=["ja"], settings=settings | more)
    return found and f"{found:%Y-%m-%d %H:%M}"


expected = {
    "9月1日": ("2026-09-01 00:00", "2026-09-01 00:00"),
    "10月10日": ("2010-10-29 00:00", "2026-10-10 00:00"),
    "11月30日": ("2011-11-30 00:00", "2026-11-30 00:00"),
    "12月1日": ("2012-01-29 00:00", "2026-12-01 00:00"),
    "12月1日午後3時": ("2012-01-29 15:00", "2026-12-01 15:00"),
    "12月31日": (None, "2026-12-31 00:00"),
    "2026年12月1日午後3時": ("2026-12-01 15:00", "2026-12-01 15:00"),
    "明日午後3時": ("2026-11-30 10:00", "2026-11-30 10:00"),
    "明日の15時": ("2026-11-30 15:00", "2026-11-30 15:00"),
}
seen = {}
for text in expected:
    seen[text] = read(text), read(text, DATE_ORDER="MDY")
    print(f"{text} -> {seen[text][0]}; with MDY {seen[text][1]}")
assert seen == expected, seen
PY
