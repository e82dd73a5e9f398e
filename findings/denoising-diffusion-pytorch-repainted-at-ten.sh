#!/usr/bin/env bash
# denoising-diffusion-pytorch 2.3.4: RePaint's resampling tells the model step 10, whatever step it is at.
# Guess: with resample=True, the default, a masked picture is noised a few steps forward and painted again at every 50th step, as in the
#   paper (2201.09865): it takes longer and fits the known part better, and what is painted is as lively as without it.
# Seen: it adds the noise of step resample_jump (10), and all its calls are for that step: at 950 of 1000 the model is shown nothing but
#   noise and told that it is a nearly finished picture, a hundred times in a row. Of pictures whose tones scatter by 0.3, and which the
#   model knows exactly, what is painted has 0.22, with half the power gone; without resampling, and resampled as in the paper,
#   it has what it should. No warning.
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
from denoising_diffusion_pytorch.repaint import GaussianDiffusion

torch.set_num_threads(1)
SCATTER, STEPS = 0.3, 400


class Knowing(nn.Module):
    """Predict as well as can be for pictures whose tones are normally distributed, and note each step and what is shown at it."""

    channels = out_dim = 3
    self_condition = False

    def forward(self, noisy, step, _=None):
        share = self.share[step].view(-1, 1, 1, 1)
        variance = SCATTER**2 * share + 1 - share
        self.calls.append((int(step[0]), float(noisy[..., 16:].std() / variance[0].sqrt())))
        return SCATTER**2 * share.sqrt() * noisy / variance


model = Knowing()
diffusion = GaussianDiffusion(model, image_size=32, objective="pred_x0", timesteps=STEPS)
model.share = diffusion.alphas_cumprod
torch.manual_seed(0)
photo = (SCATTER * torch.randn(8, 3, 32, 32)).clamp(-1, 1) / 2 + 0.5
mask = torch.zeros(8, 1, 32, 32)
mask[..., :16] = 1  # the left half is known


@torch.inference_mode()
def paper():
    """Resample as the paper has it: ten times ten steps forward from where it is, and back."""
    picture = torch.randn(8, 3, 32, 32)
    for step in reversed(range(STEPS)):
        picture, _ = diffusion.p_sample(picture, step, gt=photo, mask=mask)
        if step and step % 50 == 0:
            for _ in range(10):
                ahead = range(step, min(step + 10, STEPS))
                for later in ahead:
                    beta = diffusion.betas[later]
                    picture = (1 - beta).sqrt() * picture + beta.sqrt() * torch.randn_like(picture)
                for later in reversed(ahead):
                    picture, _ = diffusion.p_sample(picture, later, gt=photo, mask=mask)
    return (picture + 1) / 2


def measure(name, paint):
    """Print and return the scatter of what is painted, and how many times more noise than told the model is shown at most."""
    model.calls = []
    torch.manual_seed(1)
    scatter = float((paint()[..., 16:] * 2 - 1).std())
    most = max(ratio for _, ratio in model.calls)
    told = sum(step == 10 for step, _ in model.calls)
    print(f"{name}: scatter {scatter:.3f} of {SCATTER}, told step 10 in {told} of {len(model.calls)} calls, shown up to {most:.2f} times as much")
    return scatter, most, told


plain = measure("without resampling", lambda: diffusion.sample(gt=photo, mask=mask, resample=False))
resampled = measure("with it", lambda: diffusion.sample(gt=photo, mask=mask))
right = measure("as in the paper", paper)
assert plain[0] > 0.28 and plain[1] < 1.1 and right[0] > 0.28 and right[1] < 1.1
assert resampled[0] < 0.25 and resampled[1] > 2.5 and resampled[2] > 700
PY
