#!/usr/bin/env bash
# denoising-diffusion-pytorch 2.3.4: with immiscible=True a model learns noise that is not in the picture.
# Guess: immiscible diffusion (2406.12303) gives each picture of a batch the noise nearest to it, and the model learns to predict that
#   noise: a model that knows the pictures has no loss, as without it.
# Seen: the noises are exchanged inside q_sample alone. The picture is mixed with one, and the model, of pred_noise and of the default
#   pred_v, is told to predict another, that of a neighbour in the batch: who predicts rightly has a loss of nearly 2 of 1 at every step
#   of pred_noise, and what is learned is to predict nothing. pred_x0 has the right target. No warning.
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
PHOTOS = torch.rand(32, 3, 16, 16)


class Knowing(nn.Module):
    """Predict without a fault: from the photos, which it knows, and the noisy picture that it is shown."""

    channels = out_dim = 3
    self_condition = False
    objective = "pred_noise"
    share = torch.empty(0)

    def forward(self, noisy, step, _=None):
        photo, share = PHOTOS * 2 - 1, self.share[step].view(-1, 1, 1, 1)
        noise = (noisy - share.sqrt() * photo) / (1 - share).sqrt()
        return {"pred_noise": noise, "pred_x0": photo, "pred_v": share.sqrt() * noise - (1 - share).sqrt() * photo}[self.objective]


def loss(objective, immiscible, step):
    model = Knowing()
    diffusion = GaussianDiffusion(model, image_size=16, objective=objective, immiscible=immiscible)
    model.objective, model.share = objective, diffusion.alphas_cumprod
    weight = float(diffusion.loss_weight[step])
    return float(diffusion(PHOTOS, times=torch.full((len(PHOTOS),), step))) / weight


for objective in ("pred_noise", "pred_v", "pred_x0"):
    losses = {immiscible: [loss(objective, immiscible, step) for step in (50, 300, 600)] for immiscible in (False, True)}
    print(f"{objective}: plain {[round(value, 3) for value in losses[False]]}, immiscible {[round(value, 3) for value in losses[True]]}")
    assert max(losses[False]) < 0.001
    if objective == "pred_noise":
        assert min(losses[True]) > 1.5  # two unrelated noises are 2 apart
    elif objective == "pred_v":
        assert losses[True][0] > 1.5 and losses[True][1] > 0.5
    else:
        assert max(losses[True]) < 0.001

# A model that always predicts nothing has less loss than the one that predicts rightly.
model = Knowing()
nothing = GaussianDiffusion(model, image_size=16, objective="pred_noise", immiscible=True)
model.forward = lambda noisy, step, _=None: torch.zeros_like(noisy)
idle = float(nothing(PHOTOS, times=torch.full((len(PHOTOS),), 300)))
print(f"predicting nothing: {idle:.3f}")
assert 0.9 < idle < 1.1
PY
