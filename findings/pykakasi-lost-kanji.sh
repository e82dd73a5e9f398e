#!/usr/bin/env bash
# pykakasi 2.3.0: rare kanji vanish, from the reading and from the "orig" beside it.
# Guess: what has no reading is passed through, and the "orig" parts joined are the text again.
# Seen: 𠮷 (U+20BB7, in names and shop signs) is in neither; a rare kanji alone gives an empty list.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pykakasi==2.3.0
"$folder/venv/bin/python" - <<'PY'
import pykakasi

convert = pykakasi.kakasi().convert
seen = {text: convert(text) for text in ("𠮷野家", "𠮷", "吉野家")}
for text, parts in seen.items():
    print(text, [(part["orig"], part["hira"]) for part in parts])
assert "".join(part["orig"] for part in seen["𠮷野家"]) == "野家", seen
assert "".join(part["orig"] for part in seen["吉野家"]) == "吉野家", seen
PY
