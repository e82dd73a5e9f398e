#!/usr/bin/env bash
# aggdraw 1.4.1: in an SVG path, what comes after Z, after the first point of M, or after a lone S or T is drawn elsewhere or not at all.
# Guess: Symbol reads an SVG path as browsers do, or says that it cannot, as it does of an arc (A): "m" after "z" counts from where the
#   closed piece began, further points after M are lines, and S and T without a curve before them begin without a handle.
# Seen: after "z" the next piece counts from the corner of the picture: the second eye of a face lies on its rim. "M10,10 60,10 60,60 z" draws
#   nothing, and so does a path with a lone S or T; S after a line leaves its curve out. No warning. aggdraw.Path has the first too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet aggdraw==1.4.1 resvg-py==0.5.0 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import io

import aggdraw
import numpy
import resvg_py
from PIL import Image

PAGE = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="100" height="100" fill="white"/><path d="{}"/></svg>'


def by_aggdraw(path):
    image = Image.new("L", (100, 100), 255)
    pen = aggdraw.Draw(image)
    pen.symbol((0, 0), aggdraw.Symbol(path), None, aggdraw.Brush("black"))
    pen.flush()
    return numpy.asarray(image).astype(int)


def by_resvg(path):
    drawn = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=PAGE.format(path)))))
    return numpy.asarray(drawn.convert("L")).astype(int)


def place(pixels):
    rows, columns = numpy.where(pixels < 128)
    return (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1) if len(rows) else None


RIGHT = ("m10,10 h30 v30 z M50,10 h30 v30 z", "M10,50 C20,0 30,0 40,50 S60,100 90,50 z", "M10,50 Q30,10 50,50 T90,50 z")
WRONG = (
    "m10,10 h30 v30 z m40,0 h30 v30 z",
    "M10,10 60,10 60,60 z",
    "m10,10 50,0 0,50 z",
    "M10,50 S60,90 90,50 z",
    "M10,50 T50,10 90,50 z",
    "M10,50 L30,20 S60,90 90,50 z",
)
for path in RIGHT + WRONG:
    drawn, rightly = by_aggdraw(path), by_resvg(path)
    share = float((abs(drawn - rightly) > 128).sum() / (rightly < 128).sum())
    print(f"{path}: by aggdraw {place(drawn)}, by resvg {place(rightly)}, {share:.0%} another")
    assert share < 0.07 if path in RIGHT else share > 0.3, f"changed: {path}"
second = aggdraw.Path()
second.moveto(10, 10)
second.rlineto(20, 0)
second.rlineto(0, 20)
second.close()
second.rmoveto(40, 0)
print("aggdraw.Path, 40 to the right of (10, 10) after close:", second.coords()[-2:])
second.rlineto(20, 0)
assert second.coords()[6:8] == [40.0, 0.0], "changed: it counts from where the piece began"
PY
