#!/usr/bin/env bash
# kanjize 1.6.1: an amount with a decimal point and a kanji unit is one too small.
# Guess: kanji2number("1.15億") is 115000000, "1.13万" is 11300, as "1.5億" is 150000000.
# Seen: 114999999 and 11299. What stands before the unit is a float, multiplied and cut off: of all amounts with up to four digits, one or
#   two of them behind the point, one in 14 is wrong before 億, one in 30 before 万; from 京 on (1.12京) some are too large as well. Without a
#   point (1億1500万, 一億千五百万) each is right. Behind several units the error stays: 3億2.01万 is 300020099.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet kanjize==1.6.1
"$folder/venv/bin/python" - <<'PY'
from decimal import Decimal

from kanjize import kanji2number

for text, number in (("1.5億", 150_000_000), ("1億1500万", 115_000_000), ("一億千五百万", 115_000_000), ("1130", 1130)):
    assert kanji2number(text) == number, text
for text, number, right in (
    ("1.15億", 114_999_999, 115_000_000),
    ("4.35億", 434_999_999, 435_000_000),
    ("1.13万", 11_299, 11_300),
    ("16.4兆", 16_399_999_999_999, 16_400_000_000_000),
    ("1.12京", 11_200_000_000_000_002, 11_200_000_000_000_000),
    ("3億2.01万", 300_020_099, 300_020_100),
):
    seen = kanji2number(text)
    print(f"{text}: {seen}, right: {right}")
    assert seen == number, f"kanjize reads {text} as {seen} now"

amounts = [str(Decimal(digits).scaleb(-places)) for digits in range(101, 10_000) if digits % 10 for places in (1, 2)]
for unit, power, wrong in (("万", 4, 610), ("億", 8, 1300), ("兆", 12, 479), ("京", 16, 690)):
    pairs = [(kanji2number(amount + unit), int(Decimal(amount).scaleb(power))) for amount in amounts]
    count = sum(seen != right for seen, right in pairs)
    print(f"{unit}: {count} of {len(pairs)} are wrong, by {sorted({seen - right for seen, right in pairs} - {0})}")
    assert count == wrong, f"{count} of {unit} are wrong now"
PY
