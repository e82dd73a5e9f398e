#!/usr/bin/env bash
# babel 2.19.0: parse_time() reads "pm" only, so an afternoon in Japanese is in the night.
# Guess: it reads what format_time() of the same locale and pattern writes.
# Seen: 午後3:30 is 03:30 and 午前12:30 half past twelve at noon, also with the pattern given that wrote them. Korean does not
#   even read its own default format, 오후 3:30. English is right. No error: a reminder comes twelve hours early.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet babel==2.19.0
"$folder/venv/bin/python" - <<'PY'
from datetime import time

from babel.dates import format_time, parse_time

expected = {
    ("ja", "ah:mm", time(15, 30)): ("午後3:30", time(3, 30)),
    ("ja", "ah時mm分", time(20, 0)): ("午後8時00分", time(8, 0)),
    ("ja", "ah:mm", time(0, 30)): ("午前12:30", time(12, 30)),
    ("ko", "short", time(15, 30)): ("오후 3:30", time(3, 30)),
    ("en", "ah:mm", time(15, 30)): ("PM3:30", time(15, 30)),
    ("en", "ah:mm", time(0, 30)): ("AM12:30", time(0, 30)),
}
seen = {}
for locale, pattern, meant in expected:
    text = format_time(meant, pattern, locale=locale)
    read = parse_time(text, locale=locale, format=pattern)
    seen[locale, pattern, meant] = text, read
    print(f"{locale} {pattern}: {meant} is written {text} and read {read}")
assert seen == expected, seen
assert parse_time("午後3:30", locale="ja") == time(3, 30)
PY
