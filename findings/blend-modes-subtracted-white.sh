#!/usr/bin/env bash
# blend-modes 2.2.0: subtract makes the picture white instead of darker.
# Guess: subtract(picture, layer, opacity) takes the layer's colours from the picture's, as Wikipedia has it, to which its
#   documentation links: white taken away leaves black, black taken away leaves the picture, half the opacity half of it.
# Seen: it takes the layer as 0 to 1 from the picture as 0 to 255. Whatever is taken away, all but black is white: white, black and
#   grey from a grey of 100 give 255, at half the opacity too. difference, addition, divide and the others are right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet blend-modes==2.2.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import blend_modes
import numpy as np


def sheet(value):
    """A sheet of one opaque grey, as the library takes it: floats of 0 to 255 in four channels."""
    return np.dstack([np.full((2, 2, 3), float(value)), np.full((2, 2, 1), 255.0)])


def blended(mode, below, above, opacity=1.0):
    return round(float(getattr(blend_modes, mode)(sheet(below), sheet(above), opacity)[0, 0, 0]))


for below in 0, 2, 100, 255:
    seen = {above: blended("subtract", below, above) for above in (0, 50, 100, 255)}
    print(f"from {below}:", ", ".join(f"less {above} is {value}" for above, value in seen.items()))
    assert all(value == (255 if below > 1 else 0) for value in seen.values())
half = [blended("subtract", 100, above, 0.5) for above in (0, 50, 255)]
print("from 100 at half the opacity:", half)
assert set(half) == {255}
assert blended("subtract", 100, 255, 0.0) == 100

RIGHT = {
    "normal": 50, "difference": 50, "addition": 150, "multiply": 20, "screen": 130, "darken_only": 50, "lighten_only": 100,
}
for mode, value in RIGHT.items():
    assert abs(blended(mode, 100, 50) - value) <= 1, mode
PY
