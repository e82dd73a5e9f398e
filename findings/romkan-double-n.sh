#!/usr/bin/env bash
# romkan 0.2.1: to_hiragana() splits the n of "nn" and does not know "tch", so greetings and tea change.
# Guess: Hepburn as people write it becomes the word: konnichiwa, matcha, onna.
# Seen: konnichiwa is こんいちわ (the i stands alone), onna is おんあ, and matcha is まtちゃ with a Latin letter
#   in it; maccha, as nobody spells it, is まっちゃ. With an apostrophe before the vowel it is right: kon'nichiwa.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet romkan==0.2.1
"$folder/venv/bin/python" - <<'PY'
from romkan import to_hiragana

expected = {
    "konnichiwa": "こんいちわ",
    "onna": "おんあ",
    "kon'nichiwa": "こんにちわ",
    "matcha": "まtちゃ",
    "maccha": "まっちゃ",
}
seen = {text: to_hiragana(text) for text in expected}
for text, result in seen.items():
    print(f"{text!r} -> {result!r}")
assert seen == expected, seen
PY
