#!/usr/bin/env bash
# opencv-python-headless 5.0.0.93: putText() writes Japanese, but the 〜 of 10〜20 is a question mark.
# Guess: with FONT_HERSHEY_SIMPLEX each letter that is not ASCII is a question mark, as in OpenCV 4.
# Seen: kana and kanji, 﨑 and 髙 too, are drawn from fonts within the library; thickness changes Latin letters only.
#   The wave dash 〜, ㍿, ヷ and rare kanji (𠮷) are all one question mark; the full-width tilde ～ is drawn.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet opencv-python-headless==5.0.0.93 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import cv2
import numpy as np


def drawn(letter, thickness=2):
    picture = np.full((120, 160), 255, "uint8")
    cv2.putText(picture, letter, (20, 90), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, thickness)
    return picture.tobytes()


letters = "夜猫りんごガ﨑髙①、。「」～〜㍿ヷ𠮷"
unknown = [letter for letter in letters if drawn(letter) == drawn("?")]
pictures = {drawn(letter) for letter in letters}
print("question marks:", *unknown, "| letters:", len(letters), "pictures:", len(pictures))
assert unknown == list("〜㍿ヷ𠮷"), unknown
assert len(pictures) == len(letters) - len(unknown) + 1
thicker = [letter for letter in "A夜" if drawn(letter, 1) != drawn(letter, 6)]
print("a greater thickness changes:", *thicker)
assert thicker == ["A"], thicker
PY
