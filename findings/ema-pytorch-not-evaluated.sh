#!/usr/bin/env bash
# ema-pytorch 0.8.3: EMA.forward_eval runs the averaged model as it is in training.
# Guess: forward_eval, "handy function for invoking ema model with no grad + eval", switches the averaged model to evaluation for
#   the call and back after it: dropout does nothing, batch norm uses its averages and keeps them, and one input has one answer.
# Seen: it notes the mode, runs the model and sets the same mode again; eval() is never called. Of a model in training the same
#   picture has another answer with each call, one picture's answer depends on its neighbours, and each preview moves the running
#   averages of the averaged model, which then differ for good. After ema.eval() all is right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 ema-pytorch==0.8.3 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import torch
from ema_pytorch import EMA
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(0)


def averaged(*layers):
    """Return an average of a model in training, as a training loop has it."""
    ema = EMA(nn.Sequential(*layers), update_after_step=0, update_every=1)
    for _ in range(3):
        ema.update()
    return ema


def away(one, other):
    """Return how far two answers are from each other, in parts of the second."""
    return float((one - other).norm() / other.norm())


pictures = torch.randn(8, 16)

drop = averaged(nn.Linear(16, 16), nn.Dropout(0.5), nn.Linear(16, 16))
twice = away(drop.forward_eval(pictures), drop.forward_eval(pictures))
print(f"dropout: two calls with one input are {twice:.2f} apart")
assert twice > 0.2
drop.eval()
assert torch.equal(drop.forward_eval(pictures), drop.forward_eval(pictures))
print("after ema.eval() they are equal")

norm = averaged(nn.Linear(16, 16), nn.BatchNorm1d(16))
right = nn.Sequential(nn.Linear(16, 16), nn.BatchNorm1d(16))
right.load_state_dict(norm.ema_model.state_dict())
right.eval()
with torch.no_grad():
    expected = right(pictures)
before = norm.ema_model[1].running_mean.clone()
distance = away(norm.forward_eval(pictures), expected)
alone = away(norm.forward_eval(pictures)[:2], norm.forward_eval(pictures[:2]))
moved = float((norm.ema_model[1].running_mean - before).norm())
print(f"batch norm: {distance:.2f} from the right answer; two pictures alone are {alone:.2f} from the same two among eight")
print(f"the averaged model's running mean has moved by {moved:.2f}")
assert distance > 0.2 and alone > 0.2 and moved > 0.05
with torch.no_grad():
    spoilt = away(norm.ema_model.eval()(pictures), expected)
print(f"evaluated rightly afterwards, it is {spoilt:.2f} from the model that was averaged")
assert spoilt > 0.02
PY
