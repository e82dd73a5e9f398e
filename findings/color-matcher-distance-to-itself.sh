#!/usr/bin/env bash
# color-matcher 0.6.0: the distance of a picture to itself is far below zero.
# Guess: w2_img_dist is the Wasserstein-2 distance of the colours of two pictures taken as Gaussians: 0 for a picture and itself, never
#   negative, and as good as 0 after a perfect match.
# Seen: the roots are those of each number of the covariance matrices, not of the matrices: a colourful picture and a
#   perfect match are below 0, and from one picture to another it is too small. Where the channels do not
#   correlate it is right. No warning. And reinhard writes 1/255 into the black of the pictures that it is given.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet color-matcher==0.6.0 scipy==1.17.1 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import numpy
from color_matcher import ColorMatcher
from scipy.linalg import sqrtm

random = numpy.random.default_rng(0)


def picture(mean, mix):
    """Return 64 by 64 colours of this mean, from 0 to 1, whose channels are mixed of independent ones."""
    return (mean + random.normal(0, 0.05, (64, 64, 3)) @ numpy.array(mix)).clip(0, 1)


def distance(one, other):
    """Return the distance of the two Gaussians with the roots of the matrices."""
    (a, b) = (values.reshape(-1, 3) for values in (one, other))
    c, d = numpy.cov(a.T), numpy.cov(b.T)
    root = sqrtm(d)
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + numpy.trace(c + d - 2 * sqrtm(root @ c @ root)).real)


warm = picture((0.7, 0.4, 0.3), [[2, 1.5, 1], [0.3, 0.5, 0.4], [0.1, 0.2, 0.5]])
cold = picture((0.3, 0.4, 0.6), [[0.8, 0.9, 1.5], [0.2, 0.6, 0.3], [0.4, 0.1, 0.3]])
matched = ColorMatcher().transfer(src=warm.copy(), ref=cold, method="mkl")
measure = ColorMatcher().w2_img_dist
pairs = {"warm, warm": (warm, warm), "warm, cold": (warm, cold), "matched, cold": (matched, cold)}
seen = {}
for name, pair in pairs.items():
    seen[name] = measure(*pair)
    print(f"{name}: {seen[name]:.4f}, right {distance(*pair):.4f}")
assert abs(distance(warm, warm)) < 1e-6 and abs(distance(matched, cold)) < 1e-6
assert distance(warm, cold) > 0.1
assert seen["warm, warm"] < -0.01 and seen["matched, cold"] < -0.01
assert seen["warm, cold"] < 0.9 * distance(warm, cold)

apart = numpy.full((64, 64, 3), 0.5)  # three channels that do not correlate
apart[:32, :, 0], apart[:, :32, 1], apart[::2, :, 2] = 0.7, 0.8, 0.6
print(f"without correlation: {measure(apart, apart):.4f}, right {distance(apart, apart):.4f}")
assert abs(measure(apart, apart)) < 1e-9

drawing = warm.copy()
drawing[:8] = 0
ColorMatcher().transfer(src=drawing, ref=cold.copy(), method="reinhard")
print("black of a drawing after reinhard:", round(float(drawing[:8].max()), 5))
assert drawing[:8].min() == 1 / 255
PY
