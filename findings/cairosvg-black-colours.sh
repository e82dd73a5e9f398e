#!/usr/bin/env bash
# cairosvg 2.9.1: colours in hsl(), which SVG takes from CSS, are painted black, and #rrggbbaa is opaque.
# Guess: a colour that it does not know is an error or left out. hsl(), hsla() and the names are CSS 3, of 2011; #ff000080 is half
#   transparent, or not painted, as browsers once did.
# Seen: hsl(0, 100%, 50%), hsla(), hwb(), oklch() and rebeccapurple are opaque black, whatever their opacity. Of #rrggbbaa and #rgba
#   the last part is cut off: opaque. No warning. rgb() with percent, rgba(), the other names and opacity are right.
#   (cairosvg draws with the system's libcairo.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cairosvg==2.9.1 pillow==13.0.0
"$folder/venv/bin/python" - <<'PY'
import io

import cairosvg
from PIL import Image

RED, BLACK = (255, 0, 0), (0, 0, 0)
# as it is written: (seen colour and opacity, what browsers paint)
COLOURS = {
    "red": (RED, 255, (RED, 255)),
    "#ff0000": (RED, 255, (RED, 255)),
    "rgb(100%, 0%, 0%)": (RED, 255, (RED, 255)),
    "rgba(255, 0, 0, 0.5)": (RED, 128, (RED, 128)),
    "hsl(0, 100%, 50%)": (BLACK, 255, (RED, 255)),
    "hsla(0, 100%, 50%, 0.5)": (BLACK, 255, (RED, 128)),
    "hsl(200, 80%, 90%)": (BLACK, 255, ((209, 239, 250), 255)),
    "hwb(0 0% 0%)": (BLACK, 255, (RED, 255)),
    "rebeccapurple": (BLACK, 255, ((102, 51, 153), 255)),
    "#ff000080": (RED, 255, (RED, 128)),
    "#f008": (RED, 255, (RED, 136)),
}


def painted(colour):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="{colour}"/></svg>'
    *channels, opacity = Image.open(io.BytesIO(cairosvg.svg2png(bytestring=svg.encode()))).convert("RGBA").getpixel((4, 4))
    return tuple(channels), opacity


wrong = 0
for written, (colour, opacity, right) in COLOURS.items():
    seen = painted(written)
    print(f"{written}: {seen}" + ("" if seen == right else f", in browsers {right}"))
    assert seen == (colour, opacity), written
    wrong += seen != right
assert wrong == 7
PY
