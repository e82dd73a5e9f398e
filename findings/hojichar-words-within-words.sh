#!/usr/bin/env bash
# hojichar 0.18.1: a symphony and a saxophone are adult content.
# Guess: DiscardAdultContentJa rejects a text for words of its list, not for letters within other words.
# Seen: エロイカ (Beethoven's third), セックスレス and 精子と卵子 are rejected, as is 黒人のサックス奏者 (a black
#   saxophone player). カップヌードル and 裸の王様 are not: the list is matched anywhere in the text, by no threshold.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet hojichar==0.18.1
"$folder/venv/bin/python" - <<'PY'
from hojichar import Document, document_filters

adult = document_filters.DiscardAdultContentJa()
texts = ("交響曲エロイカの指揮者", "黒人のサックス奏者", "理科の本、精子と卵子", "カップヌードル", "裸の王様", "赤いりんご")
seen = {text: adult.apply(Document(text)).is_rejected for text in texts}
print(seen)
assert [text for text, rejected in seen.items() if rejected] == list(texts[:3]), seen
PY
