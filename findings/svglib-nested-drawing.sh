#!/usr/bin/env bash
# svglib 2.3.2: a drawing within a drawing is three quarters of its size, or somewhere else; a symbol is not scaled at all.
# Guess: <svg x="20" y="20" width="50" height="50" viewBox="0 0 10 10"> fills the square from 20 to 70, and so does a <symbol> of the
#   same viewBox that <use> places there. Without width and height it begins at 20. What sticks out of it is cut off.
# Seen: the first ends at 57, as the three quarters of the page are taken once more, and the one without a size begins at 57, not at 20.
#   A symbol of 10 stays 10 wide, whatever the size of its use. Nothing is cut off. No warning. The same squares drawn at the top are right;
#   resvg has all where the specification puts them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet svglib==2.3.2 reportlab==5.1.0 pypdfium2==5.15.2 resvg-py==0.5.0 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import io

import numpy
import pypdfium2
import resvg_py
from PIL import Image
from reportlab.graphics import renderPDF
from svglib.svglib import svg2rlg

PAGE = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="100" height="100" viewBox="0 0 100 100">'


def place(image):
    """Return left, top, right and bottom of what is red."""
    pixels = numpy.asarray(image.convert("RGB")).astype(int)
    rows, columns = numpy.where((pixels[..., 0] > 200) & (pixels[..., 1] < 100))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def by_svglib(source):
    page = pypdfium2.PdfDocument(renderPDF.drawToString(svg2rlg(io.BytesIO(source.encode()))))[0]
    return place(page.render(scale=100 / page.get_width()).to_pil())


def by_resvg(source):
    ground = Image.new("RGBA", (100, 100), "white")
    ground.alpha_composite(Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=source)))).convert("RGBA"))
    return place(ground)


SQUARE = '<rect width="{0}" height="{0}" fill="red"/>'
cases = {
    "at the top": ('<rect x="20" y="20" width="50" height="50" fill="red"/>', None),
    "in a group": ('<g transform="translate(20 20) scale(5)">' + SQUARE.format(10) + "</g>", None),
    "nested with a viewBox": ('<svg x="20" y="20" width="50" height="50" viewBox="0 0 10 10">' + SQUARE.format(10) + "</svg>", (20, 20, 58, 58)),
    "nested without a size": ('<svg x="20" y="20">' + SQUARE.format(10) + "</svg>", (57, 57, 67, 67)),
    "nested and larger than its place": ('<svg x="20" y="20" width="30" height="30">' + SQUARE.format(100) + "</svg>", (20, 20, 95, 95)),
    "a symbol": (
        '<symbol id="s" viewBox="0 0 10 10">' + SQUARE.format(10) + '</symbol><use xlink:href="#s" x="20" y="20" width="50" height="50"/>',
        (20, 20, 30, 30),
    ),
}
for name, (content, wrong) in cases.items():
    source = PAGE + content + "</svg>"
    drawn, rightly = by_svglib(source), by_resvg(source)
    print(f"{name}: by svglib {drawn}, by resvg {rightly}")
    assert max(abs(a - b) for a, b in zip(drawn, wrong or rightly)) <= 1, f"changed: {name}"
    assert rightly == {"nested without a size": (20, 20, 30, 30), "nested and larger than its place": (20, 20, 50, 50)}.get(name, (20, 20, 70, 70))
PY
