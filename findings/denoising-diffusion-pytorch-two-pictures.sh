#!/usr/bin/env bash
# denoising-diffusion-pytorch 2.3.4: two pictures with cond_scale=1 are both painted with what is predicted for the first.
# Guess: cond_scale=1 turns classifier-free guidance off: each picture is painted by its class, the same as with 1.0001.
# Seen: the model answers with one tensor in place of two, which is taken apart over the batch: of two pictures the second is painted with
#   the noise of the first at every step, and its own class is never looked at. As there are two no error is raised; of one or three
#   there is. With DDIM the same. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 torchvision==0.28.0 denoising-diffusion-pytorch==2.3.4 numpy==2.4.6
cd "$folder"
TQDM_DISABLE=1 venv/bin/python -W ignore - <<'PY'
import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:  # its wheel does not fit a torch without CUDA; the library asks it for nothing that is used here
    operators = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        operators.define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
from denoising_diffusion_pytorch.classifier_free_guidance import GaussianDiffusion, Unet

torch.set_num_threads(1)
torch.manual_seed(0)
unet = Unet(dim=16, dim_mults=(1, 2), num_classes=10, cond_drop_prob=0.5).eval()


def paint(classes, scale, **given):
    diffusion = GaussianDiffusion(unet, image_size=16, timesteps=20, objective="pred_noise", **given)
    torch.manual_seed(1)
    return diffusion.sample(classes=torch.tensor(classes), cond_scale=scale)


def apart(one, other):
    return [round(float(value), 4) for value in (one - other).abs().mean((1, 2, 3))]


for name, given in (("DDPM", {}), ("DDIM", {"sampling_timesteps": 10})):
    nearly, exactly = paint([3, 7], 1.0001, **given), paint([3, 7], 1, **given)
    other_class = apart(paint([3, 5], 1, **given), exactly)
    first = apart(nearly, exactly)
    print(f"{name}: from 1.0001 to 1 the pictures change by {first}; from class 7 to 5 by {other_class}")
    assert other_class == [0, 0]  # the second picture's class makes no difference
    assert first[0] < 0.001 and first[1] > 0.02
    assert apart(paint([3, 5], 1.0001, **given), nearly)[1] > 0.001  # as it does else

for classes in ([3], [3, 7, 1]):
    try:
        paint(classes, 1)
    except ValueError as error:
        print(f"{len(classes)} at a time: {error}")
    else:
        raise SystemExit(f"{len(classes)} at a time are painted now")
PY
