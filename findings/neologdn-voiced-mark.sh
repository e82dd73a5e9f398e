#!/usr/bin/env bash
# neologdn 0.5.6: a voiced sound mark typed alone survives as a half-width one, after hiragana only.
# Guess: normalising composes か゛ to が, as it composes half-width kana, or leaves it as it is.
# Seen: ハ゜ン becomes パン, but か゛ becomes か with the half-width mark U+FF9E, a letter that was not in
#   the text. ワ with a half-width mark, which NFKC makes ヷ, stays two letters.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet neologdn==0.5.6
"$folder/venv/bin/python" - <<'PY'
from unicodedata import normalize

from neologdn import normalize as neologdn

expected = {
    "ハ゜ン": "パン",
    "ﾊﾟﾝ": "パン",
    "りんこ゛": "りんこ\uff9e",
    "か゛": "か\uff9e",
    "ﾜﾞ": "ワ\uff9e",
}
seen = {text: neologdn(text) for text in expected}
for text, result in seen.items():
    print(f"{text}: neologdn {ascii(result)}, NFKC {ascii(normalize('NFKC', text))}")
assert seen == expected, seen
assert normalize("NFKC", "ﾜﾞ") == "ヷ"
PY
