#!/usr/bin/env bash
# mojimoji 0.0.13: of a pair of curly quotation marks, zen_to_han() makes only the second a straight one.
# Guess: both become " or both stay.
# Seen: “春” is “春" (the first stays as it is), and ‘春’ begins with a grave accent: `春'. The wave dash 〜
#   stays, its twin ～ becomes ~; ガ and ヴ are split, ヷ is kept.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet mojimoji==0.0.13
"$folder/venv/bin/python" - <<'PY'
import mojimoji

expected = {"“春”": "“春\"", "‘春’": "`春'", "〜～": "〜~", "ガヴヷ": "ｶﾞｳﾞヷ"}
seen = {text: mojimoji.zen_to_han(text) for text in expected}
for text, result in seen.items():
    print(f"{text} -> {result}")
assert seen == expected, seen
PY
