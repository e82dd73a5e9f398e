#!/usr/bin/env bash
# diffusers 0.42.1: AdaptiveProjectedMixGuidance with guidance_scale=1 never guides, and with an APG scale of 1 never stops.
# Guess: each half has its own scale. "Before this step" (adaptive_projected_guidance_start_step=5) CFG is used with
#   guidance_scale, then APG with adaptive_projected_guidance_scale; a scale of 1 turns its own half off.
# Seen: guidance_scale=1 turns both off: APG's 10 is never used, the negative prompt never asked; 1.0001 has it as meant. With an
#   APG scale of 1, CFG goes on at 3.5 to the last step. And CFG has six steps, not five: APG begins with the step after. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1
cd "$folder"
DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from diffusers import AdaptiveProjectedMixGuidance

torch.manual_seed(0)
STEPS = 10
WISH, NEGATIVE = torch.randn(1, 4, 8, 8), torch.randn(1, 4, 8, 8)


def guided(cfg, apg, **given):
    """Return by step how many predictions are asked for, and how far the result is from that for the wish."""
    guider = AdaptiveProjectedMixGuidance(
        guidance_scale=cfg, adaptive_projected_guidance_scale=apg, adaptive_projected_guidance_momentum=None, **given
    )
    passes, distances = [], []
    for step in range(STEPS):
        guider.set_state(step=step, num_inference_steps=STEPS, timestep=torch.tensor(1000 - step))
        batches = guider.prepare_inputs({"sample": (WISH, NEGATIVE)})
        for batch in batches:
            batch.noise_pred = batch.sample
        passes.append(len(batches))
        distances.append(round(float((guider(batches).pred - WISH).norm()), 2))
    return passes, distances


default, distances = guided(3.5, 10.0)
print("3.5, then 10:", distances)
assert default == [2] * STEPS and distances == [distances[0]] * 6 + [distances[6]] * 4 and distances[6] != distances[0]
cfg = distances[0]

passes, distances = guided(1.0, 10.0)
print("1, then 10:", distances)
assert passes == [1] * STEPS and distances == [0.0] * STEPS
passes, distances = guided(1.0001, 10.0)
print("1.0001, then 10:", distances)
assert passes == [2] * STEPS and max(distances[:6]) < 0.1 and min(distances[6:]) > 10

passes, distances = guided(3.5, 1.0)
print("3.5, then 1:", distances)
assert passes == [2] * STEPS and distances == [cfg] * STEPS
_, nearly = guided(3.5, 1.0001)
print("3.5, then 1.0001:", nearly)
assert nearly[:6] == [cfg] * 6 and nearly[6] != cfg
PY
