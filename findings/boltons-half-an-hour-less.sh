#!/usr/bin/env bash
# boltons 26.2.0: parse_timedelta leaves out half an hour of "1h30m", and reads milliseconds as minutes.
# Guess: parse_timedelta("1h30m") is an hour and a half, as "1h 30m" is, and "500ms" is half a second or the ValueError that its
#   documentation has for what it can't read.
# Seen: between two parts it wants a blank, and what follows without one is thrown away: "1h30m" is an hour, "2d12h30m" two days. Of a
#   unit the first letter counts: "500ms" is eight hours and twenty minutes, "1 month" a minute; "90 min 500 ms", minutes twice, is 500
#   minutes. pytimeparse2 reads what is joined; and with blanks, in its five units, boltons is right too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet boltons==26.2.0 pytimeparse2==1.7.1
"$folder/venv/bin/python" -W ignore - <<'PY'
from datetime import timedelta
from itertools import combinations

import pytimeparse2
from boltons.timeutils import parse_timedelta

for text, seconds in (("1h30m", 3600), ("2d12h30m", 172_800), ("500ms", 30_000), ("1 month", 60), ("90 min 500 ms", 30_000)):
    seen = parse_timedelta(text)
    print(f"{text!r} is {seen}, by pytimeparse2 {pytimeparse2.parse(text)} seconds")
    assert seen == timedelta(seconds=seconds), f"{text!r} is {seen} now"

units = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
right, short, cases = 0, 0, 0
for count in (2, 3, 4, 5):
    for chosen in combinations(units, count):
        parts = [f"{number}{unit}" for number, unit in enumerate(chosen, 2)]
        whole = timedelta(seconds=sum(number * units[unit] for number, unit in enumerate(chosen, 2)))
        assert parse_timedelta(" ".join(parts)) == whole
        assert pytimeparse2.parse("".join(parts)) == whole.total_seconds()
        joined = parse_timedelta("".join(parts))
        cases, right, short = cases + 1, right + (joined == whole), short + (joined == timedelta(seconds=2 * units[chosen[0]]))
print(f"of {cases} spans written without blanks {right} are read rightly, and of {short} the first part alone")
assert (right, short) == (0, cases), "they are read otherwise now"
PY
