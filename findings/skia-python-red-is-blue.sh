#!/usr/bin/env bash
# skia-python 144.1: what `toarray` gives of a picture, `fromarray` takes for another: red is blue.
# Guess: skia.Image.fromarray(skia.Image.open(file).toarray()) is the picture, as its default colour type is the same in both directions.
# Seen: fromarray takes RGBA, toarray gives the picture's own order, which is BGRA where it was opened from a file or drawn on a Surface, on
#   Linux at least: a red cat comes back blue. Of a picture made by fromarray it is right, resized too, so that a test with one passes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet skia-python==144.1 pillow==13.0.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import io

import numpy as np
import skia
from PIL import Image

RED = (255, 0, 0, 255)
Image.new("RGBA", (8, 8), RED).save("cat.png")


def pixel(image):
    """Return the colour of a picture as its PNG has it."""
    return Image.open(io.BytesIO(bytes(image.encodeToData()))).convert("RGBA").getpixel((0, 0))


def drawn():
    surface = skia.Surface(8, 8)
    with surface as canvas:
        canvas.clear(skia.Color(*RED))
    return surface.makeImageSnapshot()


made = skia.Image.fromarray(np.full((8, 8, 4), RED, np.uint8))
PICTURES = {
    "opened": skia.Image.open("cat.png"),
    "drawn on a surface": drawn(),
    "made by fromarray": made,
    "made by fromarray and resized": made.resize(4, 4),
}
seen = {}
for name, image in PICTURES.items():
    array = image.toarray()
    again = skia.Image.fromarray(array)
    by_name = skia.Image.fromarray(image.toarray(colorType=skia.kRGBA_8888_ColorType))
    seen[name] = tuple(map(int, array[0, 0])), pixel(again)
    print(f"{name}: {pixel(image)}, array {seen[name][0]}, and back {seen[name][1]}; with the colour type named {pixel(by_name)}")
    assert pixel(image) == pixel(by_name) == RED
BLUE = (0, 0, 255, 255)
assert seen["opened"] == seen["drawn on a surface"] == (BLUE, BLUE)
assert seen["made by fromarray"] == seen["made by fromarray and resized"] == (RED, RED)
PY
