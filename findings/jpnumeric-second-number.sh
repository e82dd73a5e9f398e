#!/usr/bin/env bash
# jpnumeric 0.1.1: the numbers of a text are read up to one that needs no change; some change within others.
# Guess: replace_jpnumeric_int() turns every number of a text into digits.
# Seen: where one is read, what follows stays: 十二時三十分 is 12時三十分. An equal part of a longer number is
#   replaced before it is read: 一枚か十一枚 (one or eleven) is 1枚か十1枚, 百円と三百円 is 100円と三100円.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jpnumeric==0.1.1
"$folder/venv/bin/python" - <<'PY'
from jpnumeric import replace_jpnumeric_int

expected = {
    "十二枚": "12枚",
    "3万円": "30000円",
    "十二時三十分": "12時三十分",
    "一万と二万": "10000と二万",
    "一枚か十一枚": "1枚か十1枚",
    "百円と三百円": "100円と三100円",
}
seen = {text: replace_jpnumeric_int(text) for text in expected}
for text, result in seen.items():
    print(f"{text} -> {result}")
assert seen == expected, seen
PY
