#!/usr/bin/env bash
# albumentations 2.0.8: ThinPlateSpline bends a picture nearly five times as much as it is told, and folds it.
# Guess: its control points are displaced as scale_range says, by a tenth of it in parts of the picture, and between them runs a thin
#   plate spline, which goes through all of them "with no tears or folds".
# Seen: the weights are solved for the kernel r^2 log r, and the picture is bent with r log r: the spline goes through none of its
#   points. Told to displace 16 points by 3 per cent of the side it moves the picture by 13 per cent. At the upper end of the default,
#   (0.2, 0.4), each place is moved by a sixth of the side, and a tenth of the picture is folded over and lies there mirrored. SciPy's
#   spline of points displaced as far moves it by 3 and 4 per cent and folds nothing. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet albumentations==2.0.8 opencv-python-headless==4.11.0.86 scipy==1.17.1 numpy==2.4.6
cd "$folder"
NO_ALBUMENTATIONS_UPDATE=1 venv/bin/python -W ignore - <<'PY'
import albumentations
import numpy
from scipy.interpolate import RBFInterpolator

SIDE = 256
Y, X = numpy.mgrid[:SIDE, :SIDE].astype(numpy.float32)
PLACES = numpy.stack([X, Y, X], -1) / SIDE  # each pixel's colour is its place, so that a bent picture shows where it came from
GRID = numpy.stack(numpy.meshgrid(*[numpy.linspace(0, 1, 4)] * 2), -1).reshape(-1, 2)


def bend(scale, seed):
    plate = albumentations.ThinPlateSpline(scale_range=(scale, scale), border_mode=1, p=1)
    return albumentations.Compose([plate], seed=seed)(image=PLACES)["image"]


def measure(places):
    """Return the mean displacement in parts of the side, and the part of the picture that is folded over."""
    x, y = places[..., 0], places[..., 1]
    area = numpy.gradient(x, axis=1) * numpy.gradient(y, axis=0) - numpy.gradient(x, axis=0) * numpy.gradient(y, axis=1)
    return float(numpy.hypot(x - X / SIDE, y - Y / SIDE).mean()), float((area < 0).mean())


def scipy_spline(scale, seed):
    """Displace the same grid by as much as is told, with SciPy's thin plate spline."""
    moved = GRID + numpy.random.default_rng(seed).normal(0, scale / 10, GRID.shape)
    plate = RBFInterpolator(GRID, moved, kernel="thin_plate_spline")
    assert numpy.abs(plate(GRID) - moved).max() < 1e-9
    return plate(numpy.stack([X, Y], -1).reshape(-1, 2) / SIDE).reshape(SIDE, SIDE, 2).clip(0, 1)


for scale in (0.0, 0.1, 0.2, 0.3, 0.4):
    seen = numpy.mean([measure(bend(scale, seed)) for seed in range(10)], axis=0)
    right = numpy.mean([measure(scipy_spline(scale, seed)) for seed in range(10)], axis=0)
    print(f"{scale}: moved by {seen[0]:.3f} of the side, SciPy {right[0]:.3f}; folded {seen[1]:.1%}, SciPy {right[1]:.1%}")
    if scale == 0:
        assert seen[0] < 1e-6
    else:
        assert seen[0] > 3 * right[0] and right[1] < 0.01
    if scale == 0.4:
        assert seen[0] > 0.12 and seen[1] > 0.1
PY
