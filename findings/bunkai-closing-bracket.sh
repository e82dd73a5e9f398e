#!/usr/bin/env bash
# bunkai 1.5.7: a sentence within brackets ends there, and the closing bracket begins the next one.
# Guess: 「ねこ。」と言った。 is one sentence, and no sentence begins with a closing bracket.
# Seen: it is two, the second 」と言った。; words to be set on a picture in 『』 are torn likewise.
#   The name モーニング娘。, whose full stop ends nothing, is kept whole.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet bunkai==1.5.7 janome==0.5.1 marshmallow==3.26.2
"$folder/venv/bin/python" - <<'PY'
from bunkai import Bunkai

bunkai = Bunkai()
expected = {
    "「ねこ。」と言った。": ["「ねこ。", "」と言った。"],
    "文字は『おめでとう！』、縦書きで。": ["文字は『おめでとう！", "』、縦書きで。"],
    "モーニング娘。の絵": ["モーニング娘。の絵"],
}
seen = {text: list(bunkai(text)) for text in expected}
for text, sentences in seen.items():
    print(f"{text} -> {sentences}")
assert seen == expected, seen
PY
