#!/usr/bin/env bash
# isodate 0.7.2: a month less three days is written as minus a month and three days.
# Guess: duration_isoformat writes a Duration so that parse_duration reads it back as the same one, or raises where ISO 8601 has no form.
# Seen: one minus sign is set before the whole when any part is below zero, and the parts are written without theirs. A month less three days,
#   what 28 February is after 31 January, is -P1M3D: read again it goes back. A year less a month, two signs in years and months, is
#   -P1Y1M. Such durations come from the library's own arithmetic: subtract three days from P1M. No error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet isodate==0.7.2
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import date, timedelta

import isodate
from isodate import Duration

START = date(2026, 12, 1)
month = isodate.parse_duration("P1M")
CASES = [
    ("a month", month),
    ("a month less three days", month - timedelta(days=3)),
    ("three days less a month", timedelta(days=3) - month),
    ("a year less a month", Duration(years=1) - month),
    ("minus a month and three days", -(month + timedelta(days=3))),
]
wrong = []
for name, duration in CASES:
    text = isodate.duration_isoformat(duration)
    again = isodate.parse_duration(text)
    print(f"{name}: {text}; added to {START}: {START + duration}, read again: {START + again}")
    if START + duration != START + again:
        wrong.append((name, text))
print("other durations:", wrong)
assert START + CASES[1][1] == date(2026, 12, 29)
assert wrong == [
    ("a month less three days", "-P1M3D"),
    ("three days less a month", "-P1M3D"),
    ("a year less a month", "-P1Y1M"),
]
PY
