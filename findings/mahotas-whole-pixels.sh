#!/usr/bin/env bash
# mahotas 1.4.19: whatever order is asked for, pictures are shifted and enlarged by whole pixels, and lose their last row and column.
# Guess: interpolate.shift, interpolate.zoom, imresize and resize.resize_to interpolate by splines of the given order (by default
#   3): a ramp stays a ramp, whether it is moved by 2.3 pixels or made twice as large.
# Seen: orders 1, 2 and 3 give what order 0 gives: a ramp moved by 2.3 is moved by 2, one of twice the size goes up in steps. What is
#   enlarged ends with a black row and column, which were not in the picture. scipy's functions of the same names are as guessed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet mahotas==1.4.19 scipy==1.17.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import mahotas
import mahotas.interpolate
import mahotas.resize
import numpy
from scipy import ndimage

numpy.set_printoptions(precision=2, suppress=True, linewidth=150)
ramp = numpy.arange(10.0)
for order in (1, 2, 3):
    moved = mahotas.interpolate.shift(ramp, (2.3,), order=order)
    rightly = ndimage.shift(ramp, 2.3, order=order)
    print(f"moved by 2.3 with order {order}:", moved, "by scipy:", rightly)
    assert numpy.allclose(moved, ndimage.shift(ramp, 2.0, order=1)), "changed: it is not moved by two whole pixels"
    assert numpy.allclose(rightly[5:], ramp[5:] - 2.3, atol=0.05)
    large = mahotas.interpolate.zoom(ramp, 2.0, order=order)
    rightly = ndimage.zoom(ramp, 2.0, order=order)
    print(f"  twice as large with order {order}:", large, "by scipy:", rightly)
    assert numpy.allclose(large, large.round()) and len(numpy.unique(rightly.round(2))) == 20, "changed: it is interpolated"
    assert numpy.abs(rightly - numpy.linspace(0, 9, 20)).max() < 0.2

yy, xx = numpy.mgrid[:32, :32]
picture = 100.0 + 4 * xx + 8 * yy
for name, large in (
    ("imresize", mahotas.imresize(picture, 2.0)),
    ("imresize by splines", mahotas.imresize(picture, 2.0, order=3)),
    ("resize_to", mahotas.resize.resize_to(picture, (64, 64), order=3)),
):
    rightly = ndimage.zoom(picture, 2.0, order=1)
    kinds = len(numpy.unique(large[:-1, :-1].round(6))), len(numpy.unique(picture))
    print(f"{name}: {kinds[0]} tones of {kinds[1]}, the last row is", set(large[-1].tolist()), "by scipy from", rightly[-1].min())
    assert large.shape == (64, 64) and set(large[:-1, :-1].round(6).ravel()) <= set(picture.ravel()), "changed: it has tones between"
    assert not large[-1].any() and not large[:, -1].any(), "changed: the last row is kept"
    assert rightly[-1].min() > 340 and len(numpy.unique(rightly.round(6))) > 2 * kinds[1]
PY
