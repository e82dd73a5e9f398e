#!/usr/bin/env bash
# Flask-Caching 2.5.1: a memoized function gives one picture's answer for another.
# Guess: memoize() of a function of a numpy picture keeps one value for each picture.
# Seen: pictures of more than 1,000 values that agree near their borders are one: a white sheet with a black square in the
#   middle has the mean of an empty one. The key holds the repr(), which numpy cuts short. No error and no warning, and
#   with numpy.set_printoptions(threshold=sys.maxsize) the answers are right. Small pictures are told apart.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet flask-caching==2.5.1 flask==3.1.3 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import sys

import numpy
from flask import Flask
from flask_caching import Cache

app = Flask("pictures")
cache = Cache(app, config={"CACHE_TYPE": "SimpleCache"})


@cache.memoize(timeout=300)
def mean(picture):
    return float(picture.mean())


def pictures(size):
    """Return an empty sheet and one with a black square in the middle, both of size by size pixels."""
    sheet = numpy.full((size, size), 255, numpy.uint8)
    drawn = sheet.copy()
    drawn[size // 4 : -size // 4, size // 4 : -size // 4] = 0
    return sheet, drawn


with app.app_context():
    for size in (16, 64, 512):
        sheet, drawn = pictures(size)
        seen = mean(sheet), mean(drawn)
        print(f"{size}x{size}: empty {seen[0]}, drawn {seen[1]}; not memoized {sheet.mean()}, {drawn.mean()}")
        assert drawn.mean() == 191.25 and seen[0] == 255
        assert seen[1] == (191.25 if size == 16 else 255)
    numpy.set_printoptions(threshold=sys.maxsize)
    whole = [mean(picture) for picture in pictures(64)]
    print("64x64 with the whole repr():", whole)
    assert whole == [255, 191.25]
PY
