#!/usr/bin/env bash
# wanakana-python 1.2.2: loan words in katakana become romaji that no one writes, and other kana on the way back.
# Guess: to_romaji() writes ファイル as fairu and カフェ as kafe, which to_katakana() reads.
# Seen: fuairu and kafye; パーティー is paateii. Back in katakana they are フアイル and パアテイイ, with large vowels.
#   Words whose small vowel follows チ, ジ or シ are right: チェロ is chero.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet wanakana-python==1.2.2
"$folder/venv/bin/python" - <<'PY'
import wanakana

expected = {
    "ファイル": ("fuairu", "フアイル"),
    "カフェ": ("kafye", "カフェ"),
    "パーティー": ("paateii", "パアテイイ"),
    "ソファ": ("sofua", "ソフア"),
    "ヴァイオリン": ("vuaiorin", "ヴアイオリン"),
    "フォーク": ("fuooku", "フオオク"),
    "チェロ": ("chero", "チェロ"),
    "ジェット": ("jetto", "ジェット"),
}
seen = {}
for word in expected:
    romaji = wanakana.to_romaji(word)
    seen[word] = romaji, wanakana.to_katakana(romaji)
    print(word, "->", *seen[word])
assert seen == expected, seen
assert [wanakana.to_katakana(romaji) for romaji in ("fairu", "kafe", "sofa")] == ["ファイル", "カフェ", "ソファ"]
PY
