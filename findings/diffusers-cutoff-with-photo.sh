#!/usr/bin/env bash
# diffusers 0.42.1: after SDCFGCutoffCallback an IP-Adapter mixes its negative picture into the wish.
# Guess: the callback turns guidance off for the steps that follow: they are painted with the wish and the photo of the IP-Adapter alone,
#   as with a guidance scale of 1 from there on, only in one pass instead of two.
# Seen: it keeps the wish of the two prompts and leaves the two pictures. As there is now one prompt, attention takes the tokens of
#   both pictures for those of one: the photo shares its attention with the negative picture, zeros or what was given. It is so for one
#   picture at a time; two are an error. Without an IP-Adapter it is what was guessed. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.callbacks import SDCFGCutoffCallback

torch.set_num_threads(1)
torch.set_grad_enabled(False)
torch.manual_seed(0)
unet = UNet2DConditionModel(
    block_out_channels=(32, 64), layers_per_block=1, sample_size=16, cross_attention_dim=32, attention_head_dim=4,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    norm_num_groups=8,
)
layers = [name.removesuffix(".processor") for name in unet.attn_processors if "attn2" in name]
attention = {}
for number, layer in enumerate(layers):
    channels = unet.get_submodule(layer).to_q.in_features
    attention[f"{2 * number + 1}.to_k_ip.weight"] = torch.randn(channels, 32) * 0.3
    attention[f"{2 * number + 1}.to_v_ip.weight"] = torch.randn(channels, 32)
projection = {
    "proj.weight": torch.randn(4 * 32, 24) * 0.2, "proj.bias": torch.randn(4 * 32) * 0.2,
    "norm.weight": torch.ones(32), "norm.bias": torch.zeros(32),
}
unet._load_ip_adapter_weights([{"image_proj": projection, "ip_adapter": attention}])
pipe = StableDiffusionPipeline(
    vae=AutoencoderKL(block_out_channels=(8,), norm_num_groups=4), unet=unet, text_encoder=None, tokenizer=None,
    scheduler=DDIMScheduler(prediction_type="sample", clip_sample=False), safety_checker=None, feature_extractor=None,
)
pipe.set_progress_bar_config(disable=True)
WISH, NEGATIVE, PHOTO = torch.randn(1, 7, 32), torch.randn(1, 7, 32), torch.randn(1, 1, 24)
NOTHING, OTHER = torch.zeros_like(PHOTO), torch.randn_like(PHOTO)


def scale_of_one(pipe, step, timestep, kept):
    """Turn guidance off after the third step by its scale: what the negative prompt gives counts no more."""
    if step == 2:
        pipe._guidance_scale = 1 + 1e-9
    return kept


def painted(callback, photo=1.0, negative=NOTHING):
    pipe.set_ip_adapter_scale(photo)
    return pipe(
        prompt_embeds=WISH, negative_prompt_embeds=NEGATIVE, ip_adapter_image_embeds=[torch.cat([negative, PHOTO])],
        num_inference_steps=6, guidance_scale=2, height=16, width=16, output_type="latent",
        generator=torch.Generator().manual_seed(0), callback_on_step_end=callback,
        callback_on_step_end_tensor_inputs=["prompt_embeds"],
    ).images


def apart(one, other):
    return float((one - other).abs().mean())


cutoff = SDCFGCutoffCallback(cutoff_step_ratio=None, cutoff_step_index=2)
without = painted(scale_of_one, photo=0.0)
right = painted(scale_of_one)
plain, seen = apart(painted(cutoff, photo=0.0), without), apart(painted(cutoff), right)
print(f"without the photo the callback is off by {plain:.1e}, with it by {seen:.3f}; the photo changes {apart(right, without):.3f}")
assert plain < 1e-4 and seen > 0.1 * apart(right, without)

by_scale = apart(painted(scale_of_one, negative=OTHER), right)
by_callback = apart(painted(cutoff, negative=OTHER), painted(cutoff))
print(f"another negative picture changes {by_scale:.3f} where guidance ended by its scale, {by_callback:.3f} after the callback")
assert by_callback > 3 * by_scale
PY
