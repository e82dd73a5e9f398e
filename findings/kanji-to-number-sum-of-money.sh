#!/usr/bin/env bash
# kanji-to-number 0.2.1: 3万円 (30,000 yen) becomes 310000 yen.
# Guess: kanji_to_number_in_text() makes 30000円 of 三万円 and of 3万円 alike, and 2026年 of 二〇二六年.
# Seen: in 3万 only the 万 is read, as 10000, and stays behind the 3; 1億2000万 is a number of nineteen digits.
#   The 〇 of years is no numeral, and the numerals behind it are added up: 二〇二六年 is 2〇8年.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet kanji-to-number==0.2.1
"$folder/venv/bin/python" - <<'PY'
from kanji_to_number import kanji_to_number_in_text

expected = {
    "三万円": "30000円",
    "3万円": "310000円",
    "2千枚": "21000枚",
    "1億2000万": "1100000000200010000",
    "二千二十六年": "2026年",
    "二〇二六年": "2〇8年",
}
seen = {text: kanji_to_number_in_text(text) for text in expected}
for text, result in seen.items():
    print(f"{text} -> {result}")
assert seen == expected, seen
PY
