#!/usr/bin/env bash
# diffusers 0.42.1: FlowMatchLCM with timesteps of one's own tells the model one noise and takes away another.
# Guess: set_timesteps(timesteps=[1000, 750, 500, 250]), the steps that a distilled model knows, has noise of 1, 0.75, 0.5 and 0.25: a model
#   that answers perfectly for the timestep it is told gives the picture.
# Seen: the timesteps stay, the noise goes through the scheduler's shift, which is 3 in Stable Diffusion 3: the model is told 750, 500 and
#   250 where 0.9, 0.75 and 0.5 of the latents are noise. The last step turns its noise to its negative: half of the picture is noise. So
#   it is with the timesteps that the scheduler made itself, handed to it. FlowMatchEuler warns of it, FlowMatchLCM does not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import torch
from diffusers import FlowMatchLCMScheduler

torch.set_num_threads(1)
PICTURE = torch.full((1, 4, 32, 32), 0.5)
NOISE = torch.randn(PICTURE.shape, generator=torch.Generator().manual_seed(0))


def painted(shift, **given):
    """Paint with a model that knows the picture and how much noise each timestep stands for."""
    scheduler = FlowMatchLCMScheduler(shift=shift)
    scheduler.set_timesteps(**given)
    latents, generator = NOISE, torch.Generator().manual_seed(1)
    for timestep in scheduler.timesteps:
        velocity = (latents - PICTURE) / (timestep / 1000)
        latents = scheduler.step(velocity, timestep, latents, generator=generator, return_dict=False)[0]
    told = [round(float(timestep) / 1000, 3) for timestep in scheduler.timesteps]
    real = [round(float(sigma), 3) for sigma in scheduler.sigmas[:-1]]
    return told, real, float((latents - PICTURE).std())


own = FlowMatchLCMScheduler(shift=3.0)
own.set_timesteps(4)
STEPS = [1000, 750, 500, 250]
for shift, given, name in (
    (1.0, {"timesteps": STEPS}, "the steps"), (3.0, {"num_inference_steps": 4}, "a number of steps"),
    (3.0, {"timesteps": STEPS}, "the steps"), (3.0, {"timesteps": own.timesteps.tolist()}, "its own timesteps"),
):
    told, real, left = painted(shift, **given)
    print(f"shift {shift}, given {name}: told {told}, there is {real}; noise left in the picture {left:.3f}")
    if "timesteps" in given and shift != 1:
        assert told != real and left > 0.1, left
    else:
        assert told == real and left < 1e-5, left
assert painted(3.0, timesteps=STEPS)[:2] == ([1.0, 0.75, 0.5, 0.25], [1.0, 0.9, 0.75, 0.5])
PY
