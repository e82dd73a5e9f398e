#!/usr/bin/env bash
# parsedatetime 2.6: the day after tomorrow is tomorrow, and two and a half hours ago is an hour and a half ahead.
# Guess: what is said in several words is understood as a whole, or marked as not understood (a context without date and time).
# Seen: words are left out where they join others: "the day after tomorrow" is tomorrow, the day before yesterday yesterday, an hour and a
#   half an hour, Friday of next week a Tuesday, the last day of February the first. Of "two hours and 30 minutes ago" the last part alone
#   goes back, counted from two hours ahead. With numbers, "1 day after tomorrow", it is right. All are marked as understood.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet parsedatetime==2.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import datetime

import parsedatetime

NOW = datetime(2026, 12, 1, 12, 0)
calendar = parsedatetime.Calendar(version=parsedatetime.VERSION_CONTEXT_STYLE)
CASES = [
    ("1 day after tomorrow", "2026-12-03", "2026-12-03"),
    ("the day after tomorrow", "2026-12-03", "2026-12-02"),
    ("the day before yesterday", "2026-11-29", "2026-11-30"),
    ("friday of next week", "2026-12-11", "2026-12-08"),
    ("last day of february", "2027-02-28", "2027-02-01"),
    ("in 1.5 hours", "13:30", "13:30"),
    ("in an hour and a half", "13:30", "13:00"),
    ("two hours and 30 minutes from now", "14:30", "14:30"),
    ("two hours and 30 minutes ago", "09:30", "13:30"),
]
for text, right, seen in CASES:
    moment, context = calendar.parseDT(text, NOW)
    clock = ":" in right
    answer = f"{moment:%H:%M}" if clock else f"{moment:%Y-%m-%d}"
    print(f"{text}: {answer}", "" if answer == right else f"(right: {right})")
    assert context.hasTime if clock else context.hasDate
    assert moment.date() == NOW.date() or not clock
    assert answer == seen, (text, answer, seen)
PY
