#!/usr/bin/env bash
# pydantic-extra-types 2.11.1: a pendulum Time of another zone is read as the same time in UTC; a negative Duration is written as nobody reads it.
# Guess: Time reads "10:00:00+09:00" as pydantic's own time does, with its offset; what a model writes as JSON it reads again.
# Seen: it is 10:00 in UTC, which is 19:00 in Tokyo, and so it is written; the same of a whole date and time. A time object keeps its zone.
#   Minus 90 minutes are written -PT-1H-30M, with a minus at each part: refused by the same model and by pydantic's timedelta.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pydantic-extra-types==2.11.1 pydantic==2.14.4 pendulum==3.3.0
"$folder/venv/bin/python" - <<'PY'
from datetime import time, timedelta, timezone

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_extra_types.pendulum_dt import DateTime, Duration, Time

TOKYO = timezone(timedelta(hours=9))


class Opening(BaseModel):
    at: Time


class Plain(BaseModel):
    at: time


class Wait(BaseModel):
    left: Duration


for text, offset in (("10:00:00+09:00", 9), ("10:00:00-05:00", -5), ("10:00:00Z", 0)):
    seen, right = Opening(at=text), Plain(at=text)
    print(f"{text} is written {seen.model_dump_json()}, of pydantic's time {right.model_dump_json()}")
    assert right.at.utcoffset() == timedelta(hours=offset)
    assert seen.at.utcoffset() == timedelta(0), f"{text} has the offset {seen.at.utcoffset()} now"
    assert seen.model_dump_json() == '{"at":"10:00:00Z"}'
whole = "2026-12-01T10:00:00+09:00"
assert TypeAdapter(DateTime).validate_python(whole).utcoffset() == timedelta(hours=9)
assert Opening(at=whole).at.utcoffset() == timedelta(0)
assert Opening(at=time(10, tzinfo=TOKYO)).at.utcoffset() == timedelta(hours=9)
kept = Opening(at=time(10, tzinfo=TOKYO)).model_dump_json()
again = Opening.model_validate_json(kept).model_dump_json()
print(f"a time object of Tokyo is written {kept}, read again {again}")
assert (kept, again) == ('{"at":"10:00:00+09:00"}', '{"at":"10:00:00Z"}'), again

for minutes in (90, -90, -1440, -0.5):
    span = timedelta(minutes=minutes)
    written = Wait(left=span).model_dump_json()
    assert Wait(left=span).left == span
    try:
        read = Wait.model_validate_json(written).left == span
    except ValidationError:
        read = "refused"
    print(f"{minutes} minutes are written {written}, read again: {read}")
    assert read == (True if minutes > 0 else "refused"), f"{minutes} minutes are {written} now"
try:
    TypeAdapter(timedelta).validate_python("-PT-1H-30M")
    raise SystemExit("pydantic reads -PT-1H-30M now")
except ValidationError:
    print("pydantic's timedelta reads -PT1H30M, not -PT-1H-30M")
assert TypeAdapter(timedelta).validate_python("-PT1H30M") == timedelta(minutes=-90)
PY
