#!/usr/bin/env bash
# image-similarity-measures 0.3.6: sre depends on the size of the picture, and issm of 8-bit pictures is always 0.
# Guess: the signal to reconstruction error ratio is one of powers, as in its paper: the same picture laid twice by twice, or from
#   0 to 1, has the same ratio. ISSM of a picture and itself is the best score.
# Seen: the error is taken as its norm by the number of pixels, not as its mean square: four times the picture has 3 decibels more, and
#   values from 0 to 1 have 24 less than the same from 0 to 255. issm divides by 16 for 12-bit pictures before it looks for edges: in
#   8 bits it finds none, and the NaN of that is said to be 0.0, for the picture itself and for noise. No warning from either score.
#   What it depends on has wheels for Python 3.11 alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet image-similarity-measures==0.3.6 opencv-python==4.11.0.86 scipy==1.13.1 numpy==1.26.4
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import numpy
from image_similarity_measures.quality_metrics import issm, sre
from scipy.ndimage import gaussian_filter

random = numpy.random.default_rng(0)
SIDE = 96


def ratio(one, other):
    """Return the ratio of the paper: the square of the mean by the mean square of the error, in decibels."""
    one, other = one.astype(float), other.astype(float)
    return float(10 * numpy.log10((one.mean((0, 1)) ** 2 / ((one - other) ** 2).mean((0, 1))).mean()))


photo = numpy.stack([128 + 900 * gaussian_filter(random.normal(0, 1, (SIDE, SIDE)), 4) for _ in range(3)], -1)
photo = photo.round().clip(0, 255).astype(numpy.uint8)
photo[20:60, 30:70] = (250, 20, 20)  # a square with sharp edges
noisy = (photo + random.normal(0, 20, photo.shape)).round().clip(0, 255).astype(numpy.uint8)


def tiled(picture):
    return numpy.tile(picture, (2, 2, 1))


forms = {
    "0 to 255": (photo, noisy),
    "four times the picture": (tiled(photo), tiled(noisy)),
    "sixteen times": (tiled(tiled(photo)), tiled(tiled(noisy))),
    "0 to 1": (photo / 255, noisy / 255),
}
scores = {}
for name, pair in forms.items():
    scores[name] = float(sre(*pair))
    print(f"sre, {name}: {scores[name]:.2f} dB, by the paper {ratio(*pair):.2f}")
    assert abs(ratio(*pair) - ratio(photo, noisy)) < 1e-6
one, four, sixteen, unit = scores.values()
assert abs(four - one - 3.01) < 0.01 and abs(sixteen - one - 6.02) < 0.01 and abs(one - unit - 24.07) < 0.05
assert one - ratio(photo, noisy) > 20

twelve_bits = photo.astype(numpy.uint16) * 16
measured = [float(issm(*pair)) for pair in ((photo, photo), (photo, noisy), (photo, 255 - photo), (twelve_bits, twelve_bits))]
print("issm of the photo and itself, with noise, and its negative:", measured[:3], "and itself in 12 bits:", round(measured[3], 3))
assert measured[:3] == [0.0, 0.0, 0.0] and measured[3] > 0.3
PY
