#!/usr/bin/env bash
# dataclass-wizard 1.0.0: 20261201 is 23 August 1970, and a text of digits is a moment of that year.
# Guess: a date field reads "20261201", which is ISO 8601 without hyphens, as date.fromisoformat does and as it reads "20261201T153000"; in
#   `datetime | str` a text that is no date stays a text.
# Seen: a text of digits alone is the number of seconds since 1970: 20261201 is 23 August 1970 as a date and as a datetime, "2026" and the
#   order number "7" in `datetime | str` are minutes and seconds of 1 January 1970. No error; with hyphens or a time it is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet dataclass-wizard==1.0.0 mashumaro==3.23
"$folder/venv/bin/python" - <<'PY'
from dataclasses import dataclass
from datetime import date, datetime

from dataclass_wizard import fromdict
from mashumaro.codecs import BasicDecoder


@dataclass
class Day:
    at: date


@dataclass
class Moment:
    at: datetime


@dataclass
class Note:
    at: datetime | str


def read(kind, text):
    return fromdict(kind, {"at": text}).at


for text in ("2026-12-01", "2026-W49-2"):
    assert read(Day, text) == date.fromisoformat(text) == date(2026, 12, 1)
for text in ("20261201T153000", "2026-12-01T15:30:00"):
    assert read(Moment, text) == datetime.fromisoformat(text) == datetime(2026, 12, 1, 15, 30)
assert read(Note, "as soon as you can") == "as soon as you can"

right = date.fromisoformat("20261201")
assert right == BasicDecoder(Day).decode({"at": "20261201"}).at == date(2026, 12, 1)
seen = read(Day, "20261201"), read(Moment, "20261201")
print(f"20261201 as a date: {seen[0]}, as a datetime: {seen[1]}; right: {right}")
assert seen[0] == date(1970, 8, 23) and seen[1].date() == date(1970, 8, 23), f"20261201 is {seen} now"

for text, year in (("2026", 1970), ("7", 1970), ("0312345678", 1979)):
    seen = read(Note, text)
    print(f"{text!r} in datetime | str: {seen!r}")
    assert isinstance(seen, datetime) and seen.year == year, f"{text} is {seen!r} now"
PY
