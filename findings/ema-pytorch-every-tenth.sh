#!/usr/bin/env bash
# ema-pytorch 0.8.3: update_every, which is to save time, makes the average one of the beginning of the training.
# Guess: "how often to actually update, to save on compute": with every tenth step averaged the average has about the same width
#   and place. A KarrasEMA or PostHocEMA of sigma_rel 0.1 is centred where the paper (2312.02696) has it, at (g+1)/(g+2) of the
#   training, and EMA with inv_gamma=1 and power=1 "implements a simple average", centred at the half.
# Seen: the decay of one step is applied once in ten or a hundred steps. At update_every=100, the default of both, sigma_rel=0.1
#   is centred at 7 per cent of the training, not at 89, and what is synthesized after it for 0.15 too; the simple average at
#   update_every=10, the default of EMA, at 9 per cent, not 50. With update_every=1 all are as guessed. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 ema-pytorch==0.8.3 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import numpy
import torch
from ema_pytorch import EMA, PostHocEMA
from torch import nn

torch.set_num_threads(1)
STEPS = 10_000


class Clock(nn.Module):
    """Hold as its weight the part of the training that is over, so that an average shows where it is centred."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, dtype=torch.float64))


def centre(make):
    model = Clock()
    average = make(model)
    for step in range(STEPS):
        model.weight.data.fill_(step / STEPS)
        average.update()
    return average


def wanted(sigma):
    """Return the paper's centre of a power function average of this relative width."""
    gamma = numpy.roots([1, 7, 16 - sigma**-2, 12 - sigma**-2]).real.max()
    return (gamma + 1) / (gamma + 2)


def karras(every):
    kept = centre(lambda model: PostHocEMA(
        model, sigma_rels=(0.1, 0.28), update_every=every, checkpoint_every_num_steps=1000,
        checkpoint_folder=f"of-{every}", checkpoint_dtype=torch.float64))  # fmt: skip
    made = kept.synthesize_ema_model(sigma_rel=0.15)
    return [float(ema.ema_model.weight) for ema in (*kept.ema_models, made)]


def simple(every):
    return float(centre(lambda model: EMA(
        model, inv_gamma=1, power=1, beta=1 - 1e-9, update_after_step=0, update_every=every)).ema_model.weight)  # fmt: skip


print(f"by the paper: {', '.join(f'{sigma}: {wanted(sigma):.2f}' for sigma in (0.1, 0.28, 0.15))}")
for every in (1, 10, 100):
    narrow, wide, between = karras(every)
    half = simple(every)
    print(f"every {every}: 0.1: {narrow:.2f}, 0.28: {wide:.2f}, synthesized 0.15: {between:.2f}, simple average: {half:.2f}")
    if every == 1:
        assert abs(narrow - wanted(0.1)) < 0.01 and abs(wide - wanted(0.28)) < 0.01 and abs(between - wanted(0.15)) < 0.02
        assert abs(half - 0.5) < 0.01
    else:
        assert narrow < 0.5 and wide < 0.13 and between < 0.6 and half < 0.11
assert narrow < 0.1 and wide < 0.03 and half < 0.02
PY
