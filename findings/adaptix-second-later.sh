#!/usr/bin/env bash
# adaptix 3.0.0b12: a negative timedelta with a fraction is read a second later, and many positive ones a microsecond shorter.
# Guess: Retort().load reads the number of seconds that Retort().dump writes.
# Seen: the whole seconds are cut towards zero and the fraction is counted upwards, so that minus 1.5 seconds are read as minus 0.5. Of
#   positive ones to the microsecond half lose one, as the fraction is cut off. Whole seconds are right; so is timedelta(seconds=...), and
#   mashumaro.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet adaptix==3.0.0b12 mashumaro==3.23
"$folder/venv/bin/python" - <<'PY'
import json
import random
from collections import Counter
from datetime import timedelta

from adaptix import Retort
from mashumaro.codecs.json import JSONDecoder, JSONEncoder

retort = Retort()
encoder, decoder = JSONEncoder(timedelta), JSONDecoder(timedelta)


def again(span):
    """Return what adaptix reads of what it wrote of a span of time."""
    written = json.loads(json.dumps(retort.dump(span)))
    assert timedelta(seconds=written) == span  # the number is right
    assert decoder.decode(encoder.encode(span)) == span
    return retort.load(written, timedelta)


for seconds in (-1, -90, 1.5, 90):
    assert again(timedelta(seconds=seconds)).total_seconds() == seconds
for seconds, read in ((-1.5, -0.5), (-0.25, 0.75), (-90.5, -89.5), (2.675, 2.674999)):
    seen = again(timedelta(seconds=seconds)).total_seconds()
    print(f"{seconds} seconds are read as {seen}")
    assert seen == read, f"{seconds} seconds are read as {seen} now"

random.seed(1)
for sign, expected in ((-1, 0), (1, 1)):
    spans = [timedelta(microseconds=sign * random.randrange(1, 10**12)) for _ in range(5000)]
    off = Counter((again(span) - span) // timedelta(microseconds=1) for span in spans)
    print(f"of 5000 {'positive' if sign > 0 else 'negative'} ones, off by so many microseconds: {dict(off)}")
    if sign > 0:
        assert set(off) == {0, -1} and 1500 < off[-1] < 3500, f"they are off by {dict(off)} now"
    else:
        assert set(off) <= {999_999, 1_000_000}, f"they are off by {dict(off)} now"
PY
