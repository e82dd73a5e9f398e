#!/usr/bin/env bash
# colour-science 0.4.7: "#fff" is nearly black.
# Guess: HEX_to_RGB("#fff") is white, as in CSS, or an error.
# Seen: it is 6 per cent grey, and "#f00" a red that is nearly black: each digit is read as a number of its own, 15 of 255.
#   "#ffffff" is white. RGB_to_HEX() cuts off where others round: half grey is #7f7f7f, not #808080.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet colour-science==0.4.7
"$folder/venv/bin/python" - <<'PY'
import warnings

warnings.simplefilter("ignore")  # of missing optional packages
from colour.notation import HEX_to_RGB, RGB_to_HEX

warnings.simplefilter("error")
for text in ("#ffffff", "#fff", "#ff0000", "#f00"):
    seen = [round(float(value) * 255, 3) for value in HEX_to_RGB(text)]
    digits = (len(text) - 1) // 3
    print(f"{text}: {seen} of 255")
    assert seen == [int(text[1 + at * digits : 1 + (at + 1) * digits], 16) for at in range(3)]
half = str(RGB_to_HEX([0.5, 0.5, 0.5]))
print("half grey:", half)
assert half == "#7f7f7f"
PY
