#!/usr/bin/env bash
# piq 0.8.0: the SR-SIM of a picture depends on the pictures that are measured with it.
# Guess: srsim with reduction="none" gives each pair of a batch its own score, as all other measures do, and a mean over many pictures
#   is the same in batches of any size.
# Seen: the saliency of all pictures of a batch is scaled together, to the least and the most salient place of any of them. Beside a
#   white sheet with one dot a photo of 0.71 has 0.78, and the mean of six is 0.81 in batches of one, 0.84 in one of six. SSIM, VSI,
#   HaarPSI and seven more are the same alone and in a batch. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 torchvision==0.28.0 piq==0.8.0 scipy==1.17.1 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import numpy
import torch
from scipy.ndimage import gaussian_filter

try:
    import torchvision  # noqa: F401
except RuntimeError:  # its wheel does not fit a torch without CUDA; the library asks it for nothing that is used here
    operators = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        operators.define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
import piq

torch.set_num_threads(1)
random = numpy.random.default_rng(0)


def photo(width):
    values = [0.5 + 3 * gaussian_filter(random.normal(0, 1, (192, 192)), width) for _ in range(3)]
    return torch.from_numpy(numpy.stack(values).clip(0, 1))[None]


def noisy(picture, strength):
    return (picture + torch.from_numpy(random.normal(0, strength, tuple(picture.shape)))).clamp(0, 1)


photos = torch.cat([photo(width) for width in (2, 3, 4, 6, 8)])
drawing = torch.ones(1, 3, 192, 192, dtype=torch.float64)
drawing[..., 90:102, 90:102] = 0  # one dot in the middle of a white sheet
originals = torch.cat([photos, drawing])
changed = torch.cat([noisy(photos, 0.1), noisy(drawing, 0.02)])


def each(measure, size):
    """Return the scores of all pairs, measured in batches of this size."""
    starts = range(0, len(originals), size)
    return torch.cat([measure(changed[at : at + size], originals[at : at + size], reduction="none").flatten() for at in starts])


others = (
    piq.ssim, piq.multi_scale_ssim, piq.information_weighted_ssim, piq.vif_p, piq.fsim,
    piq.gmsd, piq.vsi, piq.haarpsi, piq.mdsi, piq.dss,
)  # fmt: skip
for measure in others:
    assert float((each(measure, 1) - each(measure, 6)).abs().max()) < 1e-6, measure.__name__
print(len(others), "other measures: the same alone and in a batch")

alone, together = each(piq.srsim, 1), each(piq.srsim, 6)
print("SR-SIM alone:     ", " ".join(f"{float(score):.4f}" for score in alone))
print("all in one batch: ", " ".join(f"{float(score):.4f}" for score in together))
means = [float(each(piq.srsim, size).mean()) for size in (1, 2, 3, 6)]
print("mean in batches of 1, 2, 3 and 6:", " ".join(f"{mean:.4f}" for mean in means))
assert float((alone - together).abs().max()) > 0.05 and max(means) - min(means) > 0.02
PY
