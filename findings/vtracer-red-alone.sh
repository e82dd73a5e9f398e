#!/usr/bin/env bash
# vtracer 0.6.15: colormode="binary" looks at red alone: dark red is white, cyan is black, and a transparent ground is a black square.
# Guess: it traces in black what is dark, by its brightness, and leaves empty what is transparent, as it does in colour.
# Seen: what has less than 128 of red is black, all else white. A drawing in maroon, purple or red ink is not there, one in cyan or
#   bright green is. Of a drawing in black on a transparent ground, as Pillow makes it, only a square of the picture's size is left,
#   without the drawing; with white as its hidden colour it is right. No warning. In colour both are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet vtracer==0.6.15 pillow==13.0.0
"$folder/venv/bin/python" - <<'PY'
import io
import re

import vtracer
from PIL import Image, ImageColor, ImageDraw

SIDE = 64


def drawing(ink, ground):
    image = Image.new("RGBA", (SIDE, SIDE), ground)
    ImageDraw.Draw(image).ellipse((20, 20, 44, 44), fill=ink)
    return image


def traced(image, mode):
    """Return the colours that are traced, and whether each covers the upper left corner."""
    file = io.BytesIO()
    image.save(file, "PNG")
    svg = vtracer.convert_raw_image_to_svg(file.getvalue(), img_format="png", colormode=mode)
    paths = re.findall(r'<path d="[^"]+" fill="(#\w+)" transform="translate\(([^)]*)\)"', svg)
    return [(fill, start == "0,0") for fill, start in paths]


WHITE = (255, 255, 255, 255)
for ink, seen in {
    "black": True, "navy": True, "cyan": True, "lime": True,
    "red": False, "maroon": False, "purple": False, "#800000": False, "#808080": False, "#7f7f7f": True,
}.items():
    red, green, blue = ImageColor.getrgb(ink)
    brightness = round(0.299 * red + 0.587 * green + 0.114 * blue)
    paths = traced(drawing(ink, WHITE), "binary")
    print(f"{ink}, brightness {brightness}: {'black' if paths else 'not there'}")
    assert paths == ([("#000000", False)] if seen else []) and seen == (red < 128)
    assert len(traced(drawing(ink, WHITE), "color")) == 2

for ground in (0, 0, 0, 0), (255, 255, 255, 0):
    binary, colour = (traced(drawing("black", ground), mode) for mode in ("binary", "color"))
    print(f"black on a transparent ground {ground}: {binary}, in colour {colour}")
    assert binary == [("#000000", ground[0] == 0)] and colour == [("#000000", False)]
PY
