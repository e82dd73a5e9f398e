#!/usr/bin/env bash
# cutlet 0.5.2 (with unidic-lite 1.0.8): romaji of everyday words are other words.
# Guess: カボチャ, パン and タイ become kabocha, pan and tai, for a model that reads Latin letters.
# Seen: by default loan words are written as in the language that the dictionary derives them from:
#   カボチャ (pumpkin) is Cambodia, パン (bread) Pao, ラーメン Rahmen, ランドセル Ransel. Words in hiragana, too.
#   タイ (the fish) is Thailand. With use_foreign_spelling=False they are as guessed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cutlet==0.5.2 unidic-lite==1.0.8 fugashi==1.5.2
"$folder/venv/bin/python" - <<'PY'
import cutlet

wishes = ["カボチャの絵", "かぼちゃの絵", "パンの絵", "タイの絵", "ラーメンの絵", "ランドセルの絵"]
seen = [cutlet.Cutlet().romaji(wish) for wish in wishes]
plain = [cutlet.Cutlet(use_foreign_spelling=False).romaji(wish) for wish in wishes]
for row in zip(wishes, seen, plain):
    print(*row, sep=" | ")
assert seen == [
    f"{word} no e" for word in ("Cambodia", "Cambodia", "Pao", "Thailand", "Rahmen", "Ransel")
], seen
assert plain == [
    f"{word} no e" for word in ("Kabocha", "Kabocha", "Pan", "Tai", "Raamen", "Randoseru")
], plain
PY
