#!/usr/bin/env bash
# prodigyopt 1.1.2: a group of weights with lr=0 is not left as it is.
# Guess: a learning rate of 0, the one other value that a group may have ("Setting different lr values in different parameter
#   groups is only supported for values of 0"), freezes the group, as in AdamW.
# Seen: weight decay takes the learning rate of the other groups: the frozen text encoder shrinks at each step as much as the layers
#   in training do. With betas[0] = 0 it is also moved by a hundred times its gradient in the first
#   step. AdamW, and Prodigy with the group's gradients None, leave it alone to the last bit. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 prodigyopt==1.1.2 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import torch
from prodigyopt import Prodigy
from torch import nn

torch.set_num_threads(1)


def train(make, steps, without_gradients=False):
    """Train a painter after a text encoder whose group has lr=0, and return the encoder's norm in parts of the one before."""
    torch.manual_seed(0)
    encoder, painter = nn.Linear(8, 8), nn.Linear(8, 8)
    wishes, pictures = torch.randn(64, 8), torch.randn(64, 8)
    encoder.requires_grad_(not without_gradients)
    optimizer = make([{"params": list(painter.parameters())}, {"params": list(encoder.parameters()), "lr": 0.0}])
    before = encoder.weight.detach().clone()
    for _ in range(steps):
        optimizer.zero_grad()
        (painter(encoder(wishes)) - pictures).square().mean().backward()
        optimizer.step()
    assert optimizer.param_groups[1]["lr"] == 0
    moved = float((encoder.weight.detach() - before).abs().max())
    return float(encoder.weight.detach().norm() / before.norm()), moved


def prodigy(**given):
    return lambda groups: Prodigy(groups, lr=1.0, **given)


def adamw(groups):
    return torch.optim.AdamW(groups, lr=1e-3, weight_decay=0.01)


assert train(adamw, 500) == (1.0, 0.0)
assert train(prodigy(), 500) == (1.0, 0.0)  # nothing decays
assert train(prodigy(weight_decay=0.01), 500, without_gradients=True) == (1.0, 0.0)
print("AdamW, Prodigy without decay, and without gradients: the encoder is as it was")

left, _ = train(prodigy(weight_decay=0.01), 500)
print(f"Prodigy with decay: {left:.2f} of the frozen encoder is left after 500 steps")
assert left < 0.8

_, moved = train(prodigy(betas=(0.0, 0.999)), 1)
print(f"without momentum a frozen weight is moved by {moved:.1f} in the first step")
assert moved > 1
PY
