#!/usr/bin/env bash
# python-decouple 3.8: a list of colours loses what comes after the first.
# Guess: config("COLOURS", cast=Csv()) splits at commas: "red, #ff8800, blue" is three colours, as by the csv module.
# Seen: the text is split as a shell's line: from # on all is a comment, and a list that begins with a colour is empty; a backslash goes
#   away, an empty place too, and with it the count. So for hashtags, rooms as a#1, addresses with a fragment and passwords. No error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet python-decouple==3.8
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import csv
import os

from decouple import Csv, config

CASES = {
    "red, green, blue": ["red", "green", "blue"],
    'red, "green, or blue"': ["red", "green, or blue"],
    "red, #ff8800, blue": ["red", ""],
    "#ff8800, #00ff00": [],
    "room#1, room#2": ["room"],
    "https://example.com/#/cats, https://example.com/#/dogs": ["https://example.com/"],
    r"\d+, \w+": ["d+", "w+"],
    "1,,3": ["1", "3"],
}
wrong = 0
for text, expected in CASES.items():
    os.environ["COLOURS"] = text
    seen = config("COLOURS", cast=Csv())
    [right] = csv.reader([text], skipinitialspace=True)
    wrong += seen != right
    print(f"{text}: {seen}", "" if seen == right else f"(by csv: {right})")
    assert seen == expected, text
assert wrong == 6
PY
