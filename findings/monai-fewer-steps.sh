#!/usr/bin/env bash
# monai 1.6.1: after set_timesteps(50) its DDPM scheduler leaves nearly all of the noise, and DDIM another than it tells the model.
# Guess: set_timesteps(50) and a step for each of them lead from noise to a picture, as all 1000 do, and a sample has at each step the
#   noise of the step that the model is told.
# Seen: DDPM makes 50 single steps of the 1000, wherever it is told to be: with a perfect model for tones that scatter by 0.5 they
#   scatter by 0.94, those of the noise by 1. The steps of the paper between the same 50 levels give 0.44. DDIM goes 100 at a time where its 10 steps
#   lie 111 apart: told 888, the sample has the noise of 899, of 4 steps told 666 that of 749. With all 1000 both are right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 monai==1.6.1 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PY'
import torch
from monai.networks.schedulers import DDIMScheduler, DDPMScheduler

SCATTER = 0.5
SIZE = (1, 1, 200, 200)


def noise_of(sample, level, alphas):
    """Predict the noise in pictures of independent tones that scatter by SCATTER round grey: no model can do better."""
    alpha = alphas[level]
    picture = alpha.sqrt() * SCATTER**2 / (alpha * SCATTER**2 + 1 - alpha) * sample
    return (sample - alpha.sqrt() * picture) / (1 - alpha).sqrt()


def painted(steps, rightly=False):
    torch.manual_seed(0)
    scheduler = DDPMScheduler(num_train_timesteps=1000, clip_sample=False)
    scheduler.set_timesteps(steps)
    alphas, levels = scheduler.alphas_cumprod, [*scheduler.timesteps.tolist(), -1]
    sample = torch.randn(SIZE)
    for level, following in zip(levels, levels[1:]):
        noise = noise_of(sample, level, alphas)
        if not rightly:
            sample, _ = scheduler.step(noise, level, sample)
            continue
        now, after = alphas[level], alphas[following] if following >= 0 else torch.tensor(1.0)
        picture = (sample - (1 - now).sqrt() * noise) / now.sqrt()
        beta = 1 - now / after  # of all the single steps between the two
        mean = (after.sqrt() * beta * picture + (1 - beta).sqrt() * (1 - after) * sample) / (1 - now)
        sample = mean + (beta * (1 - after) / (1 - now)).sqrt() * torch.randn(SIZE)
    return sample.std().item()


def level_after(steps):
    """Return where a known picture with known noise is after the first step of DDIM, and what the model is told then."""
    scheduler = DDIMScheduler(num_train_timesteps=1000, clip_sample=False)
    scheduler.set_timesteps(steps)
    first, second = scheduler.timesteps[:2].tolist()
    picture, noise, alphas = torch.rand(SIZE), torch.randn(SIZE), scheduler.alphas_cumprod
    sample, _ = scheduler.step(noise, first, alphas[first].sqrt() * picture + (1 - alphas[first]).sqrt() * noise)
    near = [(sample - a.sqrt() * picture - (1 - a).sqrt() * noise).abs().max() for a in alphas]
    return int(torch.stack(near).argmin()), second


for steps in (4, 10, 50, 1000):
    by_scheduler, by_paper = painted(steps), painted(steps, rightly=True)
    print(f"DDPM, {steps} steps: tones scatter by {by_scheduler:.3f}, by the steps of the paper {by_paper:.3f}, in the pictures by {SCATTER}")
    assert steps == 1000 or by_scheduler > 0.9, "changed: noise is taken away"
    assert steps < 50 or abs(by_paper - SCATTER) < 0.07
    assert steps < 1000 or abs(by_scheduler - SCATTER) < 0.02
for steps in (4, 10, 1000):
    print(f"DDIM, {steps} steps: after the first there is the noise of %d, and %d is told" % level_after(steps))
assert [level_after(steps) for steps in (4, 10, 1000)] == [(749, 666), (899, 888), (998, 998)], "changed: the told noise is there"
PY
