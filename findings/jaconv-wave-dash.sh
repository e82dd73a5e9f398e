#!/usr/bin/env bash
# jaconv 0.5.0: normalize() makes a long vowel of the "to" between two numbers.
# Guess: normalising does to a text what NFKC does, and tidies hyphens that look alike.
# Seen: the wave dash 〜 and the full-width tilde ～ become the long vowel mark ー, and so do dashes that
#   draw lines: 10〜20 is 10ー20, and a title with ～ in it changes its words.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jaconv==0.5.0
"$folder/venv/bin/python" - <<'PY'
from jaconv import normalize

expected = {"10〜20": "10ー20", "春～夏の色": "春ー夏の色", "東京〜大阪": "東京ー大阪", "3──4": "3ーー4"}
seen = {text: normalize(text) for text in expected}
for text, result in seen.items():
    print(f"{text!r} -> {result!r}")
assert seen == expected, seen
PY
