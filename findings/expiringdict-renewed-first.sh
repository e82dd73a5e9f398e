#!/usr/bin/env bash
# expiringdict 1.2.2: what has just been renewed is thrown away first, and pop hands out what has expired.
# Guess: a full dictionary loses "the oldest" of its values; pop, by its docstring, returns the default for what has expired.
# Seen: a value set anew keeps its old place unless the dictionary is full at that moment: of three in a dictionary for four, the first, set
#   again a moment ago, goes before those that are minutes old. pop, a session's token taken once, returns it an hour after its five
#   minutes, when get says that it is gone. Neither is said.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet expiringdict==1.2.2
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import time
from unittest.mock import patch

from expiringdict import ExpiringDict

now = 1_796_000_000.0


def at(seconds):
    """Return a clock that stands so many seconds after the start."""
    return patch.object(time, "time", lambda: now + seconds)


def kept(places):
    """Return what is left of four values with one renewed, and those that are youngest by their times."""
    values, times = ExpiringDict(max_len=places, max_age_seconds=1000), {}
    for second, name in enumerate(["cat", "dog", "owl", "cat", "fox", "hen"]):
        with at(60 * second):
            values[name] = times[name] = second
    with at(400):
        return sorted(values.keys()), sorted(sorted(times, key=times.get)[-places:])


for places in (3, 4):
    left, youngest = kept(places)
    print(f"room for {places}: left {left}, the youngest {youngest}")
    if places == 3:
        assert left == youngest == ["cat", "fox", "hen"]
    else:
        assert "cat" not in left and youngest == ["cat", "fox", "hen", "owl"]

tokens = ExpiringDict(max_len=100, max_age_seconds=300)
with at(0):
    tokens["room"] = tokens["other"] = "secret"
with at(3600):
    seen, taken = tokens.get("other"), tokens.pop("room", "gone")
print("an hour later, get:", seen, "pop:", taken)
assert seen is None and taken == "secret"
PY
