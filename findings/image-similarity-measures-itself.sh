#!/usr/bin/env bash
# image-similarity-measures 0.3.6: by sam a photo is far from itself, and fsim looks at edges that grow brighter only.
# Guess: the spectral angle of a photo and itself is 0 degrees, in 8 bits as in floats. FSIM has the same score for two photos and for
#   both of them mirrored, and counts the strength of each edge, as its paper's gradient does.
# Seen: sam multiplies and adds up 8-bit numbers as such, modulo 256: a photo of three colours is about 90 degrees from itself, 0 as
#   floats. fsim takes its gradients as unsigned numbers of 16 bits: where it grows darker there is none, and the square of a strong
#   one begins at 0 again: a picture and its softened copy have 0.45, mirrored 0.52. No warning. What it depends on has wheels for
#   Python 3.11 alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet image-similarity-measures==0.3.6 opencv-python==4.11.0.86 scipy==1.13.1 numpy==1.26.4
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import cv2
import numpy
from image_similarity_measures import quality_metrics
from image_similarity_measures.quality_metrics import fsim, sam
from scipy.ndimage import gaussian_filter

random = numpy.random.default_rng(0)
SIDE = 96
photo = numpy.stack([128 + 900 * gaussian_filter(random.normal(0, 1, (SIDE, SIDE)), 4) for _ in range(3)], -1)
photo = photo.round().clip(1, 255).astype(numpy.uint8)
noisy = (photo + random.normal(0, 8, photo.shape)).round().clip(1, 255).astype(numpy.uint8)


def angle(one, other):
    """Return the mean angle between the colours, in degrees."""
    one, other = one.astype(float), other.astype(float)
    cosine = (one * other).sum(-1) / numpy.linalg.norm(one, axis=-1) / numpy.linalg.norm(other, axis=-1)
    return float(numpy.degrees(numpy.arccos(cosine.clip(-1, 1))).mean())


for name, pair in (("itself", (photo, photo)), ("its noisy copy", (photo, noisy))):
    whole, floats = float(sam(*pair)), float(sam(*(p.astype(float) for p in pair)))
    print(f"sam of a photo and {name}: {whole:.1f} degrees, as floats {floats:.2f}, by the definition {angle(*pair):.2f}")
    assert abs(floats - angle(*pair)) < 0.01 and whole > 30, "changed"


def scharr(picture):
    return numpy.hypot(cv2.Scharr(picture, cv2.CV_64F, 1, 0), cv2.Scharr(picture, cv2.CV_64F, 0, 1))


stairs = numpy.repeat(numpy.array([[10, 40, 70, 250]], numpy.uint8), 8, 1).repeat(8, 0)
for name, picture in (("to the right", stairs), ("to the left", stairs[:, ::-1].copy())):
    taken = quality_metrics._gradient_magnitude(picture, cv2.CV_16U)[4]
    kinds = sorted(set(taken.round(1).tolist())), sorted(set(scharr(picture)[4].tolist()))
    print(f"steps of 30, 30 and 180 that grow brighter {name}: gradients {kinds[0]}, by Scharr {kinds[1]}")
    assert kinds[1] == [0, 480, 2880] and (max(kinds[0]) < 200 if name == "to the right" else kinds[0] == [0]), "changed"

# grows bright at once and dark little by little
bright = numpy.full((SIDE, SIDE), 30, numpy.uint8)
bright[:, 20:] = 200
for column in range(20, SIDE):
    bright[:, column] = max(30, 200 - 3 * (column - 20))
one = numpy.repeat((bright + random.integers(0, 3, bright.shape)).astype(numpy.uint8)[..., None], 3, 2)
other = cv2.GaussianBlur(one, (0, 0), 3)
mirrored = [numpy.ascontiguousarray(p[:, ::-1]) for p in (one, other)]
scores = float(fsim(one, other)), float(fsim(*mirrored))
quality_metrics._gradient_magnitude = lambda picture, depth: scharr(picture)
rightly = float(fsim(one, other)), float(fsim(*mirrored))
print(f"fsim of a picture and its softened copy {scores[0]:.3f}, both mirrored {scores[1]:.3f}; with Scharr's gradient", [round(r, 3) for r in rightly])
assert abs(rightly[0] - rightly[1]) < 0.005 and abs(scores[0] - scores[1]) > 0.05, "changed: the side does not matter"
PY
