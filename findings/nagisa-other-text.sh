#!/usr/bin/env bash
# nagisa 0.3.0: the words are not what was typed.
# Guess: the words of tagging(text), joined, are the text, so that a word can be found in it.
# Seen: the text is normalized first and a blank becomes a full-width one: "LINE Bot" gives LINE, U+3000, Bot;
#   ｶﾞﾗｽ gives ガラス (three letters of four), ①② gives 1 and 2, ㍿ (one letter) two words of four.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet nagisa==0.3.0
"$folder/venv/bin/python" - <<'PY'
import nagisa

texts = ("LINE Bot", "赤い りんご", "ｶﾞﾗｽ", "①②", "㍿", "りんごを描いて")
seen = {text: nagisa.tagging(text).words for text in texts}
print(seen)
assert seen["LINE Bot"] == ["LINE", "\u3000", "Bot"], seen
assert seen["ｶﾞﾗｽ"] == ["ガラス"], seen
assert seen["①②"] == ["1", "2"], seen
assert seen["㍿"] == ["株式", "会社"], seen
assert [text for text in texts if "".join(seen[text]) == text] == ["りんごを描いて"], seen
PY
