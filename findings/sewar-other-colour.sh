#!/usr/bin/env bash
# sewar 0.4.10: the multi-scale SSIM of a colour picture mixes each colour with its neighbour.
# Guess: msssim halves each channel between scales, as its other metrics treat each channel on its own: the order of the channels (RGB
#   or OpenCV's BGR) makes no difference, and three equal channels score as the grey picture does.
# Seen: the averaging of 2 by 2 pixels is one of 2 by 2 by 2: at each scale green is half red and blue half green, at the fourth blue
#   is largely green and red. Grain in red alone scores lower than the same grain in blue, and a picture has another score as RGB than as
#   BGR: 0.92 and 0.98, where each channel on its own has 0.95. Grey in three channels is right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sewar==0.4.10 scipy==1.17.1 numpy==2.4.6 pillow==13.0.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import numpy
from scipy.ndimage import gaussian_filter, uniform_filter
from sewar.full_ref import msssim, ssim
from sewar.utils import Filter

random = numpy.random.default_rng(0)
SIDE = 256
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def layer():
    values = 128 + 900 * gaussian_filter(random.normal(0, 1, (SIDE, SIDE)), 4) + random.normal(0, 8, (SIDE, SIDE))
    return values.round().clip(0, 255).astype(numpy.uint8)


def by_channel(one, other):
    """Return the score with each channel halved on its own, from the library's SSIM of one scale."""
    product, one, other = 1.0, one.astype(float), other.astype(float)
    for scale, weight in enumerate(WEIGHTS):
        whole, contrast = ssim(one, other, MAX=255, fltr_specs={"fltr": Filter.GAUSSIAN, "sigma": 1.5, "ws": 11})
        product *= (whole if scale == len(WEIGHTS) - 1 else contrast) ** weight
        one, other = (uniform_filter(picture, (2, 2, 1))[::2, ::2] for picture in (one, other))
    return float(product)


photo = numpy.stack([layer(), layer(), layer()], -1)
grain = random.normal(0, 120, (SIDE, SIDE))


def grainy(channel):
    spoilt = photo.astype(float)
    spoilt[..., channel] += gaussian_filter(grain, 1)
    return spoilt.round().clip(0, 255).astype(numpy.uint8)


scores = []
for channel, name in enumerate(("red", "green", "blue")):
    spoilt = grainy(channel)
    rgb, bgr = float(msssim(photo, spoilt)), float(msssim(photo[..., ::-1].copy(), spoilt[..., ::-1].copy()))
    right = by_channel(photo, spoilt), by_channel(photo[..., ::-1], spoilt[..., ::-1])
    scores.append((rgb, bgr, *right))
    print(f"grain in {name}: {rgb:.3f}, as BGR {bgr:.3f}; each channel on its own {right[0]:.3f} and {right[1]:.3f}")
    assert abs(right[0] - right[1]) < 1e-9
assert scores[2][0] - scores[0][0] > 0.04 and scores[0][1] - scores[0][0] > 0.04
assert max(right for _, _, right, _ in scores) - min(right for _, _, right, _ in scores) < 0.02

grey, noisy = photo[..., 0], grainy(0)[..., 0]
three = float(msssim(numpy.stack([grey] * 3, -1), numpy.stack([noisy] * 3, -1)))
print(f"a grey picture: {float(msssim(grey, noisy)):.4f}, in three channels {three:.4f}")
assert abs(three - float(msssim(grey, noisy))) < 1e-9
PY
