#!/usr/bin/env bash
# monai 1.6.1: RFlowScheduler leaves out transform_scale, and with steps between whole numbers it flows past the picture.
# Guess: transform_scale=3 gives large pictures more steps while there is much noise, as its documentation says of the transform. With
#   use_discrete_timesteps=False the steps of its example add up to one: from noise to the picture, for the right velocity exactly.
# Seen: any transform_scale gives the steps of 1, in training and in painting. The next step is cut off to a whole number: 30 steps add
#   up to 1.01, seven of a hundred to 1.03, and what is painted lies so far beyond the picture. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 monai==1.6.1 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PY'
import torch
from monai.networks.schedulers import RFlowScheduler
from monai.networks.schedulers.rectified_flow import timestep_transform

LARGE, BASE = 64 * 64, 32 * 32


def steps_of(scale):
    scheduler = RFlowScheduler(use_timestep_transform=True, transform_scale=scale, base_img_size_numel=BASE, spatial_dim=2)
    scheduler.set_timesteps(8, input_img_size_numel=LARGE)
    torch.manual_seed(0)
    drawn = scheduler.sample_timesteps(torch.zeros(1000, 1, 64, 64))
    return scheduler.timesteps.tolist(), drawn.float().mean().item()


seen = {scale: steps_of(scale) for scale in (0.2, 1.0, 3.0)}
for scale, (steps, mean) in seen.items():
    rightly = [int(timestep_transform(t, LARGE, BASE, scale=scale, spatial_dim=2)) for t in range(1000, 0, -125)]
    print(f"transform_scale={scale}: steps {steps}, drawn in training {mean:.0f} on average; by its own function {rightly}")
    assert scale == 1.0 or rightly != steps
assert seen[0.2] == seen[1.0] == seen[3.0], "changed: the scale counts"


def painted(scheduler, count):
    """Paint as the documentation's example does, with the exact velocity, and return how far of the way from noise to picture it came."""
    torch.manual_seed(0)
    noise, picture = torch.randn(1, 1, 8, 8), torch.rand(1, 1, 8, 8)
    scheduler.set_timesteps(count)
    following = torch.cat((scheduler.timesteps[1:], torch.tensor([0], dtype=scheduler.timesteps.dtype)))
    sample = noise
    for step, after in zip(scheduler.timesteps, following):
        sample, _ = scheduler.step(picture - noise, step, sample, after)
    return ((sample - noise) / (picture - noise)).mean().item()


for times, discrete, count in ((1000, True, 30), (1000, False, 30), (100, False, 7)):
    way = painted(RFlowScheduler(num_train_timesteps=times, use_discrete_timesteps=discrete), count)
    assert abs(way - {(1000, True): 1.0, (1000, False): 1.01, (100, False): 1.03}[times, discrete]) < 0.0006, way
    print(f"times to {times}, whole numbers only: {discrete}, {count} steps: came {way:.3f} of the way")
PY
