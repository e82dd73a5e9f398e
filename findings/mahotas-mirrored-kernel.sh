#!/usr/bin/env bash
# mahotas 1.4.19: convolve does not turn its kernel round: it correlates.
# Guess: convolve and convolve1d convolve, as numpy.convolve and scipy.ndimage.convolve do, whose interface they share.
# Seen: they correlate: a kernel that smears to the right smears to the left, one of motion blur moves the picture the other way, and
#   of a gradient the sign is turned. Its own gaussian filters are symmetrical, so nothing shows there.
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
dot = numpy.zeros(9)
dot[4] = 1
smear = numpy.array([0.0, 0.0, 3.0, 2.0, 1.0])  # its point, and what follows on the right
by_hand = numpy.convolve(dot, smear, mode="same")
print("a dot:", dot, "convolved by numpy:", by_hand)
assert (ndimage.convolve1d(dot, smear) == by_hand).all()
for name, smeared in (("convolve", mahotas.convolve(dot, smear)), ("convolve1d", mahotas.convolve1d(dot, smear, 0))):
    print(f"by mahotas.{name}:", smeared)
    assert (smeared == by_hand[::-1]).all(), "changed: it is not smeared to the left"
picture, kernel = random.random((40, 40)), random.random((5, 3))
off = numpy.abs(mahotas.convolve(picture, kernel) - ndimage.convolve(picture, kernel)).max()
same = numpy.abs(mahotas.convolve(picture, kernel) - ndimage.correlate(picture, kernel)).max()
print(f"a picture is {off:.2f} from scipy's convolution and {same:.0e} from its correlation")
assert off > 0.5 and same < 1e-9
PY
