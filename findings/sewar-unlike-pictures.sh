#!/usr/bin/env bash
# sewar 0.4.10: uqi finds pictures alike that have nothing in common.
# Guess: uqi is the universal image quality index of Wang and Bovik: 1 for equal pictures, about 0 for two that have nothing to do
#   with each other, whatever their brightness, since it is a correlation times two factors below 1.
# Seen: the sums of the formula are means here, yet are still multiplied by the number of pixels: brightness takes the place of the
#   correlation. Two unrelated noises have 0.99 if they are light, a picture and its negative 0.54 (by the formula -0.77), one with strong
#   noise 0.93 (0.59), with windows of any size. Equal pictures have 1. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sewar==0.4.10 scipy==1.17.1 numpy==2.4.6 pillow==13.0.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import numpy
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import gaussian_filter
from sewar.full_ref import uqi

random = numpy.random.default_rng(0)
SIZE = (96, 96)


def formula(one, other, side=8):
    """Return the index as the paper defines it, the mean over all windows of this side."""
    x, y = (sliding_window_view(picture.astype(float), (side, side)).reshape(-1, side * side) for picture in (one, other))
    both = ((x - x.mean(1, keepdims=True)) * (y - y.mean(1, keepdims=True))).mean(1)
    return float((4 * both * x.mean(1) * y.mean(1) / ((x.var(1) + y.var(1)) * (x.mean(1) ** 2 + y.mean(1) ** 2))).mean())


def grey(values):
    return values.round().clip(0, 255).astype(numpy.uint8)


photo = grey(128 + 700 * gaussian_filter(random.normal(0, 1, SIZE), 3) + random.normal(0, 2, SIZE))
light, also_light = (grey(random.normal(200, 20, SIZE)) for _ in range(2))
pairs = {
    "the photo and itself": (photo, photo),
    "the photo and its negative": (photo, 255 - photo),
    "the photo and its mirror image": (photo, photo[:, ::-1].copy()),
    "the photo and strong noise": (photo, grey(photo + random.normal(0, 40, SIZE))),
    "two unrelated light noises": (light, also_light),
}
seen = {}
for name, (one, other) in pairs.items():
    seen[name] = float(uqi(one, other)), formula(one, other)
    print(f"{name}: {seen[name][0]:.2f}, by the formula {seen[name][1]:.2f}")
values = list(seen.values())
assert values[0][0] == 1 and abs(values[0][1] - 1) < 1e-9
assert values[1][0] > 0.4 and values[1][1] < -0.5
assert values[4][0] > 0.95 and abs(values[4][1]) < 0.02
assert all(wrong - right > 0.2 for wrong, right in values[1:])
sides = [(side, float(uqi(light, also_light, ws=side)), formula(light, also_light, side)) for side in (4, 8, 16)]
print("the noises by window:", ", ".join(f"{side}: {wrong:.3f} ({right:.3f})" for side, wrong, right in sides))
assert all(wrong > 0.9 and abs(right) < 0.03 for _, wrong, right in sides)
PY
