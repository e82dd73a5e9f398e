#!/usr/bin/env bash
# tomesd 0.1.3 with diffusers 0.42.1: to set the seed before every picture, as its README says, does nothing.
# Guess: after apply_patch one wish and one seed give one picture; if not by the pipeline's generator alone, then with
#   torch.manual_seed before each call ("you might need to set the seed every batch if you want consistent results").
# Seen: with guidance, each call gives another picture, as far from the one before as the merging itself costs, with and without
#   manual_seed. The merges are drawn from a generator that the first call forks from torch's, and that no seed reaches after
#   that. Applied anew before each picture, after manual_seed, it is the same, and so is use_rand=False. Without guidance the
#   batch of one is odd, which switches the drawing off: there no seed is needed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 tomesd==0.1.3 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import tomesd
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel

torch.set_num_threads(1)
torch.manual_seed(0)
WISH, NEGATIVE = torch.randn(2, 1, 7, 32)
unet = UNet2DConditionModel(
    sample_size=16, block_out_channels=(32, 64), layers_per_block=1, cross_attention_dim=32,
    down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), attention_head_dim=8,
    up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), norm_num_groups=8,
).eval()
pipe = StableDiffusionPipeline(
    vae=None, text_encoder=None, tokenizer=None, unet=unet, scheduler=DDIMScheduler(clip_sample=False, steps_offset=1),
    safety_checker=None, feature_extractor=None, requires_safety_checker=False,
)
pipe.set_progress_bar_config(disable=True)


def paint(guidance=5.0, seed=None):
    """Paint one wish by one generator; the seed is torch's own, set just before."""
    if seed is not None:
        torch.manual_seed(seed)
    return pipe(
        prompt_embeds=WISH, negative_prompt_embeds=NEGATIVE, guidance_scale=guidance, num_inference_steps=5,
        output_type="latent", generator=torch.Generator().manual_seed(7),
    ).images


def off(one, other):
    return float((one - other).std())


def anew(**options):
    torch.manual_seed(1)
    tomesd.apply_patch(pipe, ratio=0.5, **options)
    return paint()


plain = paint()
assert torch.equal(paint(), plain)
tomesd.apply_patch(pipe, ratio=0.5)
one, other = paint(), paint()
cost = off(one, plain)
print(f"the merging costs {cost:.2g}; a second call is {off(other, one):.2g} from the first")
assert off(other, one) > cost / 3 > 0.001
pictures = [paint(seed=1) for _ in range(4)]
apart = [off(picture, pictures[0]) for picture in pictures[1:]]
print(f"with manual_seed(1) before each: {', '.join(f'{value:.2g}' for value in apart)} from the first")
assert min(apart) > cost / 3
print(f"without guidance: {off(paint(1.0), paint(1.0)):.2g}; applied anew: {off(anew(), anew()):.2g}", end="; ")
assert torch.equal(paint(1.0), paint(1.0)) and torch.equal(anew(), anew())
fixed = anew(use_rand=False)
print(f"use_rand=False: {off(paint(), fixed):.2g}")
assert torch.equal(paint(), fixed) and off(fixed, plain) > 0.001
tomesd.remove_patch(pipe)
assert torch.equal(paint(), plain)
PY
