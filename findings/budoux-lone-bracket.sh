#!/usr/bin/env bash
# budoux 0.10.1: an opening bracket can stand alone at the end of a line.
# Guess: phrases are cut so that a line may end after each; no line ends with 「.
# Seen: 「ありがとう」と伝えたい is cut after the 「 itself. In text whose voiced marks are letters of their own
#   (NFD, as file names of macOS are) a phrase begins with such a mark. Half-width kana are never cut,
#   and a full-width blank begins the next phrase instead of ending this one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet budoux==0.10.1
"$folder/venv/bin/python" - <<'PY'
from unicodedata import normalize

import budoux

parse = budoux.load_default_japanese_parser().parse
quoted = parse("「ありがとう」と伝えたい。")
split = parse(normalize("NFD", "がんばって"))
blank = parse("今日は\u3000天気です")
kana = parse("ｱｹﾏｼﾃｵﾒﾃﾞﾄｳｺﾞｻﾞｲﾏｽ")
for phrases in (quoted, split, blank, kana):
    print([ascii(phrase) if phrases is split else phrase for phrase in phrases])
assert quoted[0] == "「", quoted
assert any(phrase.startswith("\u3099") for phrase in split), split
assert blank == ["今日は", "\u3000天気です"], blank
assert len(kana) == 1, kana
PY
