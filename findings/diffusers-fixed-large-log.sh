#!/usr/bin/env bash
# diffusers 0.42.1: DDPMScheduler's variance_type "fixed_large_log", one of the six that it documents, paints nothing but NaN.
# Guess: as its name and its neighbours say, it is "fixed_large" with the logarithm taken on the way: the same noise is added.
# Seen: the logarithm of a beta, which is below zero, is taken for the variance itself, and its square root for the deviation:
#   every latent is NaN after the first step, with any number of steps. No error and no warning. "fixed_small_log" is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 accelerate==1.15.0
cd "$folder"
venv/bin/python - <<'PY'
import inspect
import warnings

warnings.simplefilter("error", RuntimeWarning)
import torch
from diffusers import DDPMScheduler

PICTURE = torch.linspace(-1, 1, 256).reshape(1, 4, 8, 8)


def painted(steps, kind):
    """Denoise with a model that knows the picture; return the latents after the first step and after the last but one."""
    scheduler = DDPMScheduler(prediction_type="sample", variance_type=kind, clip_sample=False)
    scheduler.set_timesteps(steps)
    random = torch.Generator().manual_seed(0)
    latents = torch.randn(PICTURE.shape, generator=random)
    passed = []
    for timestep in scheduler.timesteps[:-1]:
        latents = scheduler.step(PICTURE, timestep, latents, generator=random).prev_sample
        passed.append(latents)
    return passed[0], passed[-1]


assert "fixed_large_log" in inspect.getdoc(DDPMScheduler) + str(inspect.signature(DDPMScheduler.__init__))
for steps in (4, 30, 250):
    for kind in ("fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log"):
        first, last = painted(steps, kind)
        print(f"{steps} steps, {kind}: {int(first.isnan().sum())} of {first.numel()} latents are NaN after one step")
        assert bool(first.isnan().all()) == (kind == "fixed_large_log") == bool(last.isnan().any())
PY
