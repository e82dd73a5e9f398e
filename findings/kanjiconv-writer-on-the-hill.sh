#!/usr/bin/env bash
# kanjiconv 0.4.0: in Latin letters a writer is a hill, and 来た is 切った.
# Guess: to_roman writes every sound of a reading: 作家 (さっか) sakka, コップ koppu, シェフ shefu, ヴァイオリン vaiorin.
# Seen: the small ッ is dropped, so that 作家 and 坂 are both saka, コップ and コプ kopu; so are all small vowels, ヴ and the brackets:
#   シェフ is shifu, ファックス fukusu, ヴァイオリン iorin. The readings in hiragana and katakana that it is made of are right, but that
#   ヴ stays katakana among hiragana. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet kanjiconv==0.4.0 sudachipy==0.7.0 sudachidict-small==20261015 --no-deps
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import os

os.environ["KANJICONV_SUPPRESS_PYTHON_WARNING"] = "1"
from kanjiconv import KanjiConv

conversion = KanjiConv(sudachi_dict_type="small", separator="")
RIGHT = {
    "作家": "sakka", "坂": "saka", "学校": "gakkou", "切符": "kippu", "雑誌": "zasshi", "抹茶": "maccha", "コップ": "koppu",
    "切った": "kitta", "来た": "kita", "シェフ": "shefu", "ファックス": "fakkusu", "ヴァイオリン": "vaiorin", "写真": "shashin",
}  # fmt: skip
SEEN = {
    "作家": "saka", "坂": "saka", "学校": "gakou", "切符": "kipu", "雑誌": "zashi", "抹茶": "macha", "コップ": "kopu",
    "切った": "kita", "来た": "kita", "シェフ": "shifu", "ファックス": "fukusu", "ヴァイオリン": "iorin", "写真": "shashin",
}  # fmt: skip
for word, right in RIGHT.items():
    roman = conversion.to_roman(word)
    print(word, conversion.to_katakana(word), roman, "" if roman == right else f"(right: {right})")
    assert roman == SEEN[word]
assert conversion.to_katakana("作家") == "サッカ" and conversion.to_hiragana("作家") == "さっか"
assert conversion.to_hiragana("ヴァイオリン") == "ヴぁいおりん"
print("「猫」の本:", conversion.to_roman("「猫」の本"))
assert conversion.to_roman("「猫」の本") == "nekonohon"
PY
