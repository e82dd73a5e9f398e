#!/usr/bin/env bash
# mahotas 1.4.19: a dilated picture is brighter than any of its pixels, and with int64 the cross is a square.
# Guess: dilate and erode with the usual cross take the largest and the smallest of the neighbours: a flat grey stays as it is, and
#   uint8 and int64 have one result.
# Seen: the ones of the cross are taken for heights: a flat grey of 50 is dilated to 51 and eroded to 49, and four times over to 54.
#   Black-and-white pictures do not show it, as 255 is clipped. In int64 its zeros are heights too: a dot becomes 3 by 3 pixels, the
#   corners of which are one darker, where the documentation has them left out as the smallest value.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet mahotas==1.4.19 scipy==1.17.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import mahotas
import numpy
from scipy import ndimage

random = numpy.random.default_rng(0)
CROSS = ndimage.generate_binary_structure(2, 1)
INNER = (slice(1, -1), slice(1, -1))
grey = numpy.full((8, 8), 50, numpy.uint8)
brighter, darker, four = mahotas.dilate(grey), mahotas.erode(grey), grey
for _ in range(4):
    four = mahotas.dilate(four)
print("a flat 50 dilated:", brighter[4, 4], "eroded:", darker[4, 4], "dilated four times:", four[4, 4])
assert (brighter[INNER] == 51).all() and (darker[INNER] == 49).all() and four[4, 4] == 54, "changed: a flat grey stays"
photo = random.integers(1, 255, (40, 40)).astype(numpy.uint8)
for grown, rightly, step in (
    (mahotas.dilate(photo), ndimage.grey_dilation(photo, footprint=CROSS), 1),
    (mahotas.erode(photo), ndimage.grey_erosion(photo, footprint=CROSS), -1),
):
    assert (grown[INNER].astype(int) - rightly[INNER] == step).all(), "changed"

dot = numpy.zeros((5, 5), int)
dot[2, 2] = 100
square = mahotas.dilate(dot)
cross = mahotas.dilate(dot.astype(numpy.uint8))
print("a dot dilated in int64:", square[1:4, 1:4].tolist(), "in uint8:", cross[1:4, 1:4].tolist())
assert (square[1:4, 1:4] == [[100, 101, 100], [101, 101, 101], [100, 101, 100]]).all(), "changed: it is no square"
assert (cross[1:4, 1:4] == [[0, 101, 0], [101, 101, 101], [0, 101, 0]]).all()
whole = photo.astype(int)
off = mahotas.dilate(whole)[INNER] - ndimage.grey_dilation(whole, footprint=CROSS)[INNER]
print(f"of a photo in int64, {(off > 1).mean():.0%} of the pixels are another tone, by up to {off.max()}")
assert (off > 1).mean() > 0.3
PY
