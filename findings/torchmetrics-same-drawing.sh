#!/usr/bin/env bash
# torchmetrics 1.9.0: a drawing compared with itself is given 0.3 of 1, NaN, or thousands of millions.
# Guess: two equal pictures have the best score of each metric: 1 (UQI, SCC, VIF), angle 0 (SAM), as SSIM and others do.
# Seen: where the ground is one colour UQI counts 0, not 1: a drawing on white has 0.32, and from values 0 to 255 the score is
#   millions away from its bounds -1 and 1. SCC has 0.27. One black pixel makes SAM NaN, for the whole batch (reported to its
#   makers, and open), and VIF of flat pictures is NaN. A photo without flat or black parts has what was guessed in all four.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 torchmetrics==1.9.0 pillow==13.0.0 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import numpy
import torch
import torchmetrics.functional.image as metrics
from PIL import Image, ImageDraw

torch.set_num_threads(1)
image = Image.new("RGB", (96, 96), "white")
pen = ImageDraw.Draw(image)
pen.ellipse((20, 20, 70, 70), fill="orange")
pen.line((10, 10, 80, 80), fill="black", width=3)
drawing = torch.from_numpy(numpy.array(image)).permute(2, 0, 1)[None] / 255
photo = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(0)) * 0.9 + 0.1
spotted = photo.clone()
spotted[0, :, 40, 40] = 0
flat = torch.full_like(photo, 0.5)

UQI, SCC = metrics.universal_image_quality_index, metrics.spatial_correlation_coefficient
SAM, VIF = metrics.spectral_angle_mapper, metrics.visual_information_fidelity
SSIM = metrics.structural_similarity_index_measure


def same(metric, picture):
    """Compare a picture with its own copy."""
    value = float(metric(picture, picture.clone()))
    print(f"{metric.__name__}: {value:.4g}")
    return value


print("a photo")
assert all(abs(same(metric, photo) - 1) < 0.02 for metric in (UQI, SCC, VIF, SSIM)) and same(SAM, photo) < 0.001
print("a drawing")
assert same(SSIM, drawing) > 0.999
assert 0.2 < same(UQI, drawing) < 0.5
assert 0.2 < same(SCC, drawing) < 0.5
assert numpy.isnan(same(SAM, drawing))
print("the drawing as 0 to 255")
assert same(SSIM, drawing * 255) > 0.999
assert abs(same(UQI, drawing * 255)) > 1e6
print("the photo with one black pixel, and in a batch with the photo")
assert numpy.isnan(same(SAM, spotted)) and numpy.isnan(same(SAM, torch.cat([photo, spotted])))
print("one grey")
assert same(UQI, flat) == 0 and numpy.isnan(same(VIF, flat))
PY
