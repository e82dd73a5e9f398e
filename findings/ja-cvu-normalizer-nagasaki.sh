#!/usr/bin/env bash
# ja-cvu-normalizer 0.2.10: the variant 﨑 of 崎 becomes 埼, another letter, and so do other rare kanji.
# Guess: variants become the usual form of the same kanji, as 髙 becomes 高.
# Seen: 長﨑 is 長埼 and 山﨑 山埼, which are no names (崎 is meant); 吕, the Chinese form of 呂, is 同, "the same".
#   髙, and the radical ⾵, become what one expects.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ja-cvu-normalizer==0.2.10
"$folder/venv/bin/python" - <<'PY'
from ja_cvu_normalizer.ja_cvu_normalizer import JaCvuNormalizer

normalizer = JaCvuNormalizer()
expected = {"髙島屋": "高島屋", "⾵": "風", "長﨑": "長埼", "山﨑": "山埼", "吕": "同"}
seen = {text: normalizer.normalize(text) for text in expected}
for text, result in seen.items():
    print(f"{text} -> {result}")
assert seen == expected, seen
PY
