#!/usr/bin/env bash
# picosvg 0.23.0: a border of width 0 is painted over what it surrounds, hidden shapes are shown, and some curves are bent another way.
# Guess: topicosvg() makes simple paths of a drawing that look as the drawing does: a border of width 0 and a hidden shape are nothing,
#   and S after Q and T after C begin without a handle, as the specification has it.
# Seen: the border of width 0 becomes a filled shape in its colour, on top of all that it surrounds. visibility="hidden" is dropped, so
#   guides and spare layers show. S after Q and T after C mirror the handle of the other kind of curve. No warning; what it cannot do,
#   as masks, it refuses. The same drawings with a border of 1, display="none", S after C and T after Q are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet picosvg==0.23.0 resvg-py==0.5.0 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import io

import numpy
import resvg_py
from PIL import Image
from picosvg.svg import SVG

PAGE = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100" viewBox="0 0 100 100">{}</svg>'
SQUARE = '<rect x="20" y="20" width="60" height="60" fill="red" {}/>'
CURVE = '<path d="{}" fill="none" stroke="red" stroke-width="5"/>'
RIGHT = {
    "a border of 1": SQUARE.format('stroke="blue" stroke-width="1"'),
    "not displayed": SQUARE.format('display="none"'),
    "S after C": CURVE.format("M10 50 C20 0 30 0 40 50 S60 100 90 50"),
    "T after Q": CURVE.format("M10 50 Q30 0 50 50 T90 50"),
    "a lone S": CURVE.format("M10 50 S60 100 90 50"),
}
WRONG = {
    "a border of 0": SQUARE.format('stroke="blue" stroke-width="0"'),
    "hidden": SQUARE.format('visibility="hidden"'),
    "hidden as a layer": '<g visibility="hidden">' + SQUARE.format("") + "</g>",
    "S after Q": CURVE.format("M10 50 Q30 0 50 50 S80 90 90 50"),
    "T after C": CURVE.format("M10 50 C20 0 30 0 40 50 T90 50"),
}


def drawn(source):
    ground = Image.new("RGBA", (100, 100), "white")
    ground.alpha_composite(Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=source)))).convert("RGBA"))
    return numpy.asarray(ground.convert("RGB")).astype(int)


for name, content in (RIGHT | WRONG).items():
    source = PAGE.format(content)
    before, after = drawn(source), drawn(SVG.fromstring(source).topicosvg().tostring())
    other = int((abs(before - after).max(-1) > 100).sum())
    middle = [tuple(picture[50, 50].tolist()) for picture in (before, after)]
    print(f"{name}: {other} of 10000 pixels are another, in the middle {middle[0]} and {middle[1]}")
    assert other < 30 if name in RIGHT else other > 300, f"changed: {name}"
PY
