#!/usr/bin/env bash
# py3langid 0.4.0: a Japanese wish of one letter is Afrikaans.
# Guess: 猫 and 草 are Japanese or Chinese, and half-width kana are Japanese.
# Seen: one kanji is af, with the lowest score a 32-bit float can have, which is what an empty text
#   gets as well; ﾘﾝｺﾞ is wuu (Wu Chinese). リンゴ and りんご are ja; 富士山 and 水彩画 are zh.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet py3langid==0.4.0
"$folder/venv/bin/python" - <<'PY'
import py3langid

seen = {text: py3langid.classify(text) for text in ("猫", "草", "", "ﾘﾝｺﾞ", "リンゴ", "りんご", "富士山", "水彩画")}
for text, (language, score) in seen.items():
    print(repr(text), language, float(score))
languages = {text: language for text, (language, _) in seen.items()}
assert languages["猫"] == languages["草"] == languages[""] == "af", languages
assert seen["猫"][1] == seen[""][1] < -1e38, seen
assert languages["ﾘﾝｺﾞ"] == "wuu", languages
assert languages["リンゴ"] == languages["りんご"] == "ja", languages
assert languages["富士山"] == languages["水彩画"] == "zh", languages
PY
