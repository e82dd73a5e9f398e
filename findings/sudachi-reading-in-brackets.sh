#!/usr/bin/env bash
# sudachipy 0.7.0 with sudachidict-small 20261015: a reading in brackets belongs to the word before it.
# Guess: brackets are tokens of their own, and the surfaces are cut at what one sees.
# Seen: 徳島（トクシマ） and 私(わたし) are one noun whose surface includes the brackets, full-width or not,
#   as long as the reading has at most four kana; 東京(とうきょう) is four tokens.
#   Of a sign that stands for two words the second has an empty surface; numbers that are joined
#   are "out of vocabulary".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sudachipy==0.7.0 sudachidict-small==20261015
"$folder/venv/bin/python" - <<'PY'
from sudachipy import Dictionary, SplitMode

tokenizer = Dictionary(dict="small").tokenizer(mode=SplitMode.C)


def cut(text):
    return [token.surface() for token in tokenizer.tokenize(text)]


for text in ["徳島（トクシマ）に行く", "徳島(とくしま)", "私(わたし)", "神奈川(かながわ)", "東京(とうきょう)駅", "㍿", "１２３万円"]:
    print(text, cut(text), [token.is_oov() for token in tokenizer.tokenize(text)])
assert cut("徳島（トクシマ）に行く")[0] == "徳島（トクシマ）"
assert cut("神奈川(かながわ)") == ["神奈川(かながわ)"]
assert cut("東京(とうきょう)駅") == ["東京", "(", "とうきょう", ")", "駅"]
assert cut("㍿") == ["㍿", ""]
[million, yen] = tokenizer.tokenize("１２３万円")
assert (million.surface(), million.normalized_form(), million.is_oov()) == ("１２３万", "1230000", True)
PY
