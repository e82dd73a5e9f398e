#!/usr/bin/env bash
# diffusers 0.42.1: Adaptive Projected Guidance goes back to the negative prompt, not to the wish.
# Guess: the guider keeps guidance from going too far: the more its rescale holds back, the nearer the prediction is to that of
#   the wish without guidance. use_original_formulation only moves the scale by one, as with ClassifierFreeGuidance.
# Seen: it goes to the prediction of the negative prompt, and the larger the picture the more, as the rescale is a length: with
#   the defaults and one difference of wish and negative prompt, guidance of 7.5 has the strength 4.4 at 512x512, 2.2 at
#   1024x1024 and 0.55 at 4096x4096, less than no guidance at all (16 channels). AdaptiveProjectedMixGuidance does the same.
#   With use_original_formulation=True it goes to the wish. Without a rescale both are as was guessed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from diffusers.guiders import AdaptiveProjectedGuidance, AdaptiveProjectedMixGuidance, ClassifierFreeGuidance

torch.set_num_threads(1)


def predictions(size, channels=16, seed=0):
    """Return what a model may predict for the wish and the negative prompt, a tenth of the noise apart."""
    generator = torch.Generator().manual_seed(seed)
    noise, apart = torch.randn(2, 1, channels, size // 8, size // 8, generator=generator)
    return noise + 0.1 * apart, noise


def strength(guider, wish, negative):
    """Return how far the guided prediction goes from the negative prompt (0) to the wish (1) and beyond."""
    guider.set_state(step=9, num_inference_steps=20, timestep=None)
    way = (wish - negative).double()
    return float(((guider.forward(wish, negative).pred - negative) * way).sum() / (way * way).sum())


wish, negative = predictions(1024, channels=4)
print("rescale: strength with the defaults, with the original formulation and scale 6.5, of the mixed guider")
for rescale in (0.0, 15.0, 5.0, 1.0, 0.1):
    native = strength(AdaptiveProjectedGuidance(7.5, adaptive_projected_guidance_rescale=rescale), wish, negative)
    original = strength(
        AdaptiveProjectedGuidance(6.5, adaptive_projected_guidance_rescale=rescale, use_original_formulation=True), wish, negative
    )
    mixed = strength(
        AdaptiveProjectedMixGuidance(
            adaptive_projected_guidance_rescale=rescale, adaptive_projected_guidance_momentum=None, eta=1.0,
            adaptive_projected_guidance_scale=7.5,
        ), wish, negative,
    )
    print(f"{rescale}: {native:.3f}, {original:.3f}, {mixed:.3f}")
    assert abs(native - mixed) < 1e-3 and original >= 1
    assert (native < 1) == (0 < rescale < 5), native
    if not rescale:
        assert abs(native - 7.5) < 1e-3 and abs(original - 7.5) < 1e-3
assert native < 0.05 and original < 1.05

sizes = {size: strength(AdaptiveProjectedGuidance(), *predictions(size)) for size in (512, 1024, 2048, 4096)}
print("with the defaults:", {size: round(value, 2) for size, value in sizes.items()})
assert 4.2 < sizes[512] < 4.6 and sizes[1024] < 2.5 and sizes[2048] < 1.3 and 0.4 < sizes[4096] < 0.6
for size in sizes:
    wish, negative = predictions(size)
    plain = strength(ClassifierFreeGuidance(7.5), wish, negative)
    moved = strength(ClassifierFreeGuidance(6.5, use_original_formulation=True), wish, negative)
    assert max(abs(plain - 7.5), abs(moved - 7.5)) < 1e-3, (plain, moved)
print("plain guidance is 7.5 at each size, also with the original formulation")
PY
