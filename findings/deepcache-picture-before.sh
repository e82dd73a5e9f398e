#!/usr/bin/env bash
# DeepCache 0.1.1 with diffusers 0.42.1: a picture from a photo is painted with the features of the picture before it.
# Guess: with DeepCacheSDHelper enabled once, a photo, a prompt and a seed give one picture, whatever was painted before.
# Seen: the helper counts steps from where its first picture began, also in the next ones. After a photo at strength 0.9 one at
#   0.5 begins within the count: its first step takes what the cache holds of the other picture. The result is another than
#   a fresh helper's, by seven times what the cache itself costs, and changes with the wish before. No warning. At one
#   strength throughout, with cache_interval=1, or with disable() and enable() before each picture, it is always the same.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 DeepCache==0.1.1 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import torch
from DeepCache import DeepCacheSDHelper
from diffusers import DDIMScheduler, StableDiffusionImg2ImgPipeline, UNet2DConditionModel
from diffusers.utils import logging

logging.set_verbosity_error()
torch.set_num_threads(1)
torch.manual_seed(0)
WISHES = torch.randn(3, 1, 7, 32)
PHOTO = torch.rand(1, 4, 8, 8) - 0.5
unet = UNet2DConditionModel(
    sample_size=8, block_out_channels=(32, 64), layers_per_block=2, cross_attention_dim=32,
    down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), attention_head_dim=8,
    up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), norm_num_groups=8,
)
pipe = StableDiffusionImg2ImgPipeline(
    vae=None, text_encoder=None, tokenizer=None, unet=unet, safety_checker=None,
    scheduler=DDIMScheduler(clip_sample=False, steps_offset=1), feature_extractor=None, requires_safety_checker=False,
)
pipe.set_progress_bar_config(disable=True)
helper = DeepCacheSDHelper(pipe=pipe)


def paint(strength, wish=0):
    return pipe(
        image=PHOTO, strength=strength, prompt_embeds=WISHES[wish], guidance_scale=1.0, num_inference_steps=10,
        output_type="latent", generator=torch.Generator().manual_seed(1),
    ).images


def after(*earlier, interval=3, anew=False):
    """Enable the helper, paint the earlier pictures, and return the one of strength 0.5."""
    helper.set_params(cache_interval=interval, cache_branch_id=0)
    helper.enable()
    for strength, wish in earlier:
        paint(strength, wish)
    if anew:
        helper.disable()
        helper.enable()
    picture = paint(0.5)
    helper.disable()
    return picture


def off(one, other):
    return float((one - other).std())


plain, fresh = paint(0.5), after()
one, other = after((0.9, 1)), after((0.9, 2))
print(f"spread of the picture {float(plain.std()):.2f}; the cache alone costs {off(fresh, plain):.2g}")
print(f"after a photo at 0.9: {off(one, fresh):.2g} from the fresh one; after another wish {off(other, one):.2g} from that")
assert off(fresh, plain) < 0.5 * off(one, plain) and off(one, fresh) > 0.1 and off(other, one) > 0.005
same, anew, each = after((0.5, 1)), after((0.9, 1), anew=True), after((0.9, 1), interval=1)
print(f"after one at 0.5: {off(same, fresh):.2g}, enabled anew: {off(anew, fresh):.2g}, no steps left out: {off(each, plain):.2g}")
assert max(off(same, fresh), off(anew, fresh), off(each, plain)) < 1e-4
PY
