#!/usr/bin/env bash
# imagehash 4.3.2: all black drawings on a transparent ground are the same picture.
# Guess: two drawings that look different have different hashes, with an alpha channel as without.
# Seen: transparency is dropped, and black lies beneath: average, perceptual, difference and wavelet hash of a circle, a
#   cross and an empty sheet are all 0, so each is a duplicate of each. The same drawings on white differ.
#   Stickers and stamps are drawn like that.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet imagehash==4.3.2 pillow==13.0.0 numpy==2.4.6 scipy==1.17.1 pywavelets==1.9.0
"$folder/venv/bin/python" - <<'PY'
import imagehash
from PIL import Image, ImageDraw


def drawing(name, ground):
    image = Image.new("RGBA", (128, 128), ground)
    pen = ImageDraw.Draw(image)
    if name == "circle":
        pen.ellipse((20, 20, 80, 80), outline="black", width=9)
    if name == "cross":
        pen.line((10, 64, 118, 64), "black", 9)
        pen.line((64, 10, 64, 118), "black", 9)
    return image


NAMES = ("circle", "cross", "empty")
for kind in ("average_hash", "phash", "dhash", "whash"):
    hashed = getattr(imagehash, kind)
    clear = [str(hashed(drawing(name, (0, 0, 0, 0)))) for name in NAMES]
    white = [str(hashed(drawing(name, "white"))) for name in NAMES]
    print(f"{kind:12} transparent {clear}  white {white}")
    assert clear == ["0" * 16] * 3, (kind, clear)
    assert len(set(white)) == 3, (kind, white)
PY
