#!/usr/bin/env bash
# diffusers 0.42.1: CFG-Zero* with guidance_rescale is NaN from the first step on.
# Guess: the guiders' guidance_rescale, brings the guided prediction back to the spread of the wish's.
# Seen: in ClassifierFreeZeroStarGuidance the first step's prediction is 0, as it is meant to be (zero_init_steps=1 by default).
#   Rescaling divides by its spread, which is 0: 0 * infinity is NaN, and so are the latents of that step and of all later
#   ones. Four other guiders are right; so is this one without rescale, or with zero_init_steps=0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import diffusers
import torch
from diffusers.utils import logging

logging.set_verbosity_error()
torch.set_num_threads(1)
SHAPE = (2, 4, 16, 16)
PICTURE, OTHER, NOISE = (torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed)) for seed in range(3))
STEPS = 10


def spread(name, **options):
    """Paint with a model that knows both pictures, and return the spread of the result and the first NaN step."""
    guider = getattr(diffusers, name)(guidance_scale=3.0, **options)
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler()
    scheduler.set_timesteps(STEPS)
    latents, lost = NOISE, None
    for step, timestep in enumerate(scheduler.timesteps):
        guider.set_state(step, STEPS, timestep)
        share = timestep / 1000
        batches = guider.prepare_inputs({"picture": (PICTURE, OTHER)})
        for batch in batches:
            guider.prepare_models(None)
            batch.noise_pred = (latents - batch.picture) / share
        latents = scheduler.step(guider(batches).pred, timestep, latents).prev_sample
        if lost is None and latents.isnan().any():
            lost = step
    return float(latents.std()), lost


for name in (
    "ClassifierFreeGuidance", "AdaptiveProjectedGuidance", "AdaptiveProjectedMixGuidance",
    "TangentialClassifierFreeGuidance", "ClassifierFreeZeroStarGuidance",
):
    for options in ({}, {"guidance_rescale": 0.7}, {"guidance_rescale": 0.7, "zero_init_steps": 0}):
        if "zero_init_steps" in options and "Zero" not in name:
            continue
        seen, lost = spread(name, **options)
        print(f"{name} {options}: spread {seen:.2f}, NaN from step {lost}")
        zero = "Zero" in name and list(options) == ["guidance_rescale"]
        assert (lost == 0) if zero else (lost is None), name
PY
