#!/usr/bin/env bash
# torchmetrics 1.9.0: the relative average spectral error is 64 times what it is.
# Guess: RASE is the mean root of the squared errors by the mean of the picture, in per cent: about 10 for an error of a tenth of the
#   brightness, whatever the window in which it is looked at.
# Seen: 640. The mean of each window is divided by the number of its pixels once more: with the default window of 8 all is 64 times too
#   large, with 4 it is 16 times, with 16 it is 256 times. ERGAS and the error in sliding windows, on which it is built, are right, and
#   so is RASE of sewar 0.4.10. No warning; the library's own example has 5326 per cent.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 torchmetrics==1.9.0 sewar==0.4.10 scipy==1.17.1 pillow==13.0.0 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import numpy
import sewar.full_ref
import torch
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import gaussian_filter
from torchmetrics.functional.image import (
    error_relative_global_dimensionless_synthesis,
    relative_average_spectral_error,
    root_mean_squared_error_using_sliding_window,
)
from torchmetrics.image import RelativeAverageSpectralError

torch.set_num_threads(1)
random = numpy.random.default_rng(0)
photo = numpy.stack([0.5 + 1.2 * gaussian_filter(random.normal(0, 1, (96, 128)), 4) for _ in range(3)], -1).clip(0.05, 0.95)
noisy = photo + random.normal(0, 0.05, photo.shape)  # a tenth of the mean brightness


def tensor(picture):
    return torch.from_numpy(picture).permute(2, 0, 1)[None]


def formula(side):
    """Return the mean over all windows: 100 by their mean times the root of the mean squared error, over the three channels."""
    errors = sliding_window_view((photo - noisy) ** 2, (side, side), axis=(0, 1)).mean((-3, -2, -1))
    means = sliding_window_view(photo, (side, side), axis=(0, 1)).mean((-3, -2, -1))
    return float((100 / means * numpy.sqrt(errors)).mean())


for side in (4, 8, 16):
    seen = float(relative_average_spectral_error(tensor(noisy), tensor(photo), window_size=side))
    metric = RelativeAverageSpectralError(window_size=side)
    metric.update(tensor(noisy), tensor(photo))
    other = float(sewar.full_ref.rase(photo, noisy, ws=side))
    print(f"window {side}: {seen:.1f} per cent, by hand {formula(side):.2f}, sewar {other:.2f}")
    assert abs(seen / side**2 - formula(side)) < 0.3 and abs(other - formula(side)) < 0.3 and 9 < formula(side) < 12
    assert abs(float(metric.compute()) - seen) < 0.01 * seen

pairs = {
    "ERGAS": (error_relative_global_dimensionless_synthesis, sewar.full_ref.ergas(photo, noisy)),
    "RMSE in windows": (root_mean_squared_error_using_sliding_window, sewar.full_ref.rmse_sw(photo, noisy)[0]),
}
for name, (measure, other) in pairs.items():
    seen = float(measure(tensor(noisy), tensor(photo)))
    print(f"{name}: {seen:.4f}, sewar {float(other):.4f}")
    assert abs(seen - other) < 1e-3 * seen
PY
