#!/usr/bin/env bash
# cerberus 1.3.8: a day before the first is accepted, when it can't be compared with it.
# Guess: {"type": "datetime", "min": ...} refuses every earlier moment, or raises where it can't tell; {"type": "date", "min": ...} too.
# Seen: where the comparison is a TypeError the limit is passed over: any moment with a time zone is accepted by a limit without one, and the
#   other way round; a datetime, which type "date" takes, is accepted by any date. So is "900" by "max": 10 where both texts and numbers
#   are allowed. Values of the limit's own kind are refused rightly. No error and no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cerberus==1.3.8
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import date, datetime, timedelta, timezone

from cerberus import Validator

TOKYO = timezone(timedelta(hours=9))
OLD = datetime(1926, 12, 1)
CASES = [
    ("datetime", datetime(2026, 12, 1), OLD),
    ("datetime", datetime(2026, 12, 1), OLD.replace(tzinfo=TOKYO)),
    ("datetime", datetime(2026, 12, 1, tzinfo=TOKYO), OLD.replace(tzinfo=TOKYO)),
    ("datetime", datetime(2026, 12, 1, tzinfo=TOKYO), OLD),
    ("date", date(2026, 12, 1), OLD.date()),
    ("date", date(2026, 12, 1), OLD),
]
seen = []
for kind, first, value in CASES:
    validator = Validator({"day": {"type": kind, "min": first}})
    seen.append(validator.validate({"day": value}))
    print(f"{kind} not before {first}: {value!s:26} accepted: {seen[-1]} {validator.errors}")
assert seen == [False, True, False, True, False, True]

wishes = Validator({"pictures": {"type": ["integer", "string"], "max": 10}})
seen = [wishes.validate({"pictures": value}) for value in (9, 900, "900")]
print("at most 10: 9, 900 and '900' accepted:", seen)
assert seen == [True, False, True]
PY
