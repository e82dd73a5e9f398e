#!/usr/bin/env bash
# diffusers 0.42.1: with per_token_timesteps the flow matching step goes the other way, or takes the noise for the picture.
# Guess: step(..., per_token_timesteps=...), "the timesteps for each token in the sample", gives the same as without where they all
#   are the timestep of the step; and LTXConditionPipeline, which uses it, paints with stochastic_sampling=True as LTXPipeline does.
# Seen: it adds the model's output where it otherwise subtracts it: the noise grows at every step. The pipeline knows, and hands over
#   the output with its sign turned. But with stochastic_sampling=True, which takes the sign as usual, just that goes wrong: the
#   result is not the picture but far from it. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0
cd "$folder"
DIFFUSERS_VERBOSITY=error TRANSFORMERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import inspect

import torch
from diffusers import FlowMatchEulerDiscreteScheduler, LTXConditionPipeline

torch.manual_seed(0)
PICTURE, NOISE = torch.randn(1, 6, 8), torch.randn(1, 6, 8)


def left(per_token, stochastic, turned=False):
    """Denoise with a model that knows the picture, and return how far from it the result is."""
    scheduler = FlowMatchEulerDiscreteScheduler(stochastic_sampling=stochastic)
    scheduler.set_timesteps(10)
    sample, generator = NOISE, torch.Generator().manual_seed(1)
    for timestep in scheduler.timesteps:
        velocity = (sample - PICTURE) / (timestep / 1000)
        given = {"per_token_timesteps": timestep.expand(1, 6)} if per_token else {}
        sample = scheduler.step(
            -velocity if turned else velocity, timestep, sample, generator=generator, return_dict=False, **given
        )[0]
    return float((sample - PICTURE).abs().mean())


for stochastic in (False, True):
    plain, tokens = left(False, stochastic), left(True, stochastic)
    turned = left(True, stochastic, turned=True)
    print(f"stochastic_sampling={stochastic}: {plain:.2g} from the picture, per token {tokens:.2g}, with its sign turned {turned:.2g}")
    assert plain < 1e-4
    assert (tokens < 1e-4) == stochastic and (turned < 1e-4) == (not stochastic) and max(tokens, turned) > 10
assert "-noise_pred, t, latents, per_token_timesteps=timestep" in inspect.getsource(LTXConditionPipeline.__call__)
PY
