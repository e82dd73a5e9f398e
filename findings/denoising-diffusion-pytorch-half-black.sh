#!/usr/bin/env bash
# denoising-diffusion-pytorch 2.3.4: interpolate takes and gives pictures in another range than all else.
# Guess: photos from 0 to 1, as training takes them and sample gives them, are what interpolate takes and gives: between a photo and
#   itself, by a model that knows it, lies the photo.
# Seen: nothing is normalized: a photo from 0 to 1 is taken for its lighter half (black is grey), and what comes back runs from -1 to 1.
#   Saved as it is, all that is darker than grey is black: of a photo of all tones half is lost. And as two noises are averaged,
#   half the power of the noise that the model is told of is there. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 torchvision==0.28.0 denoising-diffusion-pytorch==2.3.4 numpy==2.4.6
cd "$folder"
TQDM_DISABLE=1 venv/bin/python -W ignore - <<'PY'
import torch
from torch import nn

try:
    import torchvision  # noqa: F401
except RuntimeError:  # its wheel does not fit a torch without CUDA; the library asks it for nothing that is used here
    operators = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        operators.define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
from denoising_diffusion_pytorch import GaussianDiffusion

torch.set_num_threads(1)
torch.manual_seed(0)
PHOTO = torch.linspace(0, 1, 256).view(1, 1, 16, 16).expand(4, 3, 16, 16).clone()  # all tones from black to white
STEPS = 50


class Knowing(nn.Module):
    """Predict the photo, which it knows, and note what it is shown first."""

    channels = out_dim = 3
    self_condition = False
    shown = None

    def forward(self, noisy, step, _=None):
        if self.shown is None:
            self.shown = noisy.clone(), int(step[0])
        return PHOTO * 2 - 1


def away(pictures):
    return float((pictures - PHOTO).abs().max())


model = Knowing()
diffusion = GaussianDiffusion(model, image_size=16, objective="pred_x0", timesteps=STEPS)
assert float(diffusion(PHOTO)) == 0  # it is taught the photo from 0 to 1
model.shown = None
sampled = diffusion.sample(batch_size=4)
print(f"sampled: from {float(sampled.min()):.2f} to {float(sampled.max()):.2f}, {away(sampled):.4f} from the photo")
assert away(sampled) < 1e-4

between = diffusion.interpolate(PHOTO, PHOTO)
print(f"interpolated: from {float(between.min()):.2f} to {float(between.max()):.2f}, {away(between):.2f} from the photo")
assert away(between) > 0.9 and float(between.min()) < -0.99
lost = float((between.clamp(0, 1) == 0).float().mean())
print(f"saved as it is, {lost:.0%} of it is black")
assert 0.49 < lost < 0.52
assert away((between + 1) / 2) < 1e-4

model.shown = None
diffusion.interpolate(PHOTO, PHOTO, t=10)
noisy, step = model.shown
signal, noise = diffusion.sqrt_alphas_cumprod[10], diffusion.sqrt_one_minus_alphas_cumprod[10]
as_given = float((noisy - signal * PHOTO).std() / noise)
as_meant = float((noisy - signal * (PHOTO * 2 - 1)).std() / noise)
print(f"at first shown with {as_given:.2f} of the noise of step 10, if the photo ran from -1 to 1 with {as_meant:.2f}; told step {step}")
assert 0.65 < as_given < 0.75 and as_meant > 1 and step == 9
PY
