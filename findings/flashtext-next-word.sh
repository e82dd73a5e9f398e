#!/usr/bin/env bash
# flashtext 2.7: of keywords that stand next to each other, every second one is missed.
# Guess: Japanese letters bound no words for it, so it finds each keyword wherever it stands: 猫 in 黒猫, both in 猫犬.
# Seen: it finds 猫 in 黒猫 and in 猫と犬, but only 猫 in 猫犬, and two of the four in 猫猫猫猫: the letter after a keyword is passed over,
#   and a keyword that begins with it is not seen. replace_keywords() leaves 死ね in ばか死ね as it is.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet flashtext==2.7
"$folder/venv/bin/python" - <<'PY'
from flashtext import KeywordProcessor

processor = KeywordProcessor()
for word in ("猫", "犬", "青い鳥", "ばか", "死ね"):
    processor.add_keyword(word, f"[{word}]")
expected = {
    "黒猫": "黒[猫]",
    "猫と犬": "[猫]と[犬]",
    "ばか、死ね": "[ばか]、[死ね]",
    "猫犬": "[猫]犬",
    "猫猫猫猫": "[猫]猫[猫]猫",
    "猫青い鳥": "[猫]青い鳥",
    "ばか死ね": "[ばか]死ね",
}
for text, replaced in expected.items():
    found = processor.extract_keywords(text)
    print(text, processor.replace_keywords(text), *found)
    assert processor.replace_keywords(text) == replaced
    assert len(found) == replaced.count("[")
PY
