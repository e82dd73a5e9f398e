#!/usr/bin/env bash
# resvg-py 0.5.0: what an SVG measures in millimetres, points or inches is not drawn.
# Guess: 10mm is 38 pixels, at the 96 to an inch of CSS and of resvg itself, unless another dpi is given.
# Seen: dpi is 0 unless given, which its docstring calls the SVG default, so 10mm, 1cm, 0.3in, 15pt and 1pc are nothing: the
#   bar is missing, the border too, and the picture beside them is there, without a word. A card of 50mm is a ValueError,
#   "SVG has an invalid size". Lengths in px, em and per cent are right. With dpi=96 all are as in CairoSVG.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet resvg_py==0.5.0 pillow==13.0.0
"$folder/venv/bin/python" - <<'PY'
import io

import resvg_py
from PIL import Image


def drawn(body, size="40", **options):
    """Draw the body of an SVG on a transparent ground."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 40 40">{body}</svg>'
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, **options)
    return Image.open(io.BytesIO(bytes(png))).convert("RGBA")


def columns(width, **options):
    """Count the columns of a bar of this width."""
    image = drawn(f'<rect width="{width}" height="40" fill="red"/>', **options)
    return sum(image.getpixel((x, 20))[3] > 127 for x in range(40))


ABSOLUTE = {"10mm": 38, "1cm": 38, "0.3in": 29, "15pt": 20, "1pc": 16}
OTHERS = {"20": 20, "20px": 20, "1em": 16, "50%": 20}
for width, expected in (ABSOLUTE | OTHERS).items():
    seen = columns(width), columns(width, dpi=96)
    print(f"{width:>5}: {seen[0]} columns, with dpi=96 {seen[1]}")
    assert seen == (0 if width in ABSOLUTE else expected, expected), (width, seen)

border = '<rect x="10" y="10" width="20" height="20" fill="red" stroke="blue" stroke-width="2mm"/>'
seen = [drawn(border, **options).getpixel((8, 20)) for options in ({}, {"dpi": 96})]
print("a border of 2mm:", seen, "and inside it", drawn(border).getpixel((20, 20)))
assert seen == [(0, 0, 0, 0), (0, 0, 255, 255)] and drawn(border).getpixel((20, 20)) == (255, 0, 0, 255), seen

try:
    drawn(border, size="50mm")
except ValueError as error:
    print("a card of 50mm:", error)
else:
    raise SystemExit("changed: a card of 50mm is drawn")
print("a card of 50mm, with dpi=96:", drawn(border, size="50mm", dpi=96).size)
assert drawn(border, size="50mm", dpi=96).size == (189, 189)
PY
