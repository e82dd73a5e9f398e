#!/usr/bin/env bash
# diffusers 0.42.1 with peft 0.21.2: a LoRA that was hot-swapped in, set to strength 1, has the alpha of the one before.
# Guess: after load_lora_weights(..., hotswap=True) the new LoRA works as if loaded alone, also after set_adapters(name, 1.0).
# Seen: swapped in it is right, until set_adapters is called: then it is scaled by the alpha / rank of the LoRA that was loaded
#   first under that name. Twice too strong after one of alpha 8 and rank 4, at a quarter after one of alpha 2 before one of 8,
#   and so it is fused. Where alpha / rank is the same all is right, and so is a LoRA deleted and loaded anew. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 peft==0.21.2 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel

torch.set_num_threads(1)
NAME = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
KEY = "lora_unet_" + NAME.replace(".", "_")


def lora(seed, rank, alpha):
    """Return a LoRA of one layer as kohya's trainers write it, and the change that it means."""
    chance = torch.Generator().manual_seed(seed)
    down, up = torch.randn(rank, 32, generator=chance) / 5, torch.randn(32, rank, generator=chance) / 5
    state = {f"{KEY}.lora_down.weight": down, f"{KEY}.lora_up.weight": up, f"{KEY}.alpha": torch.tensor(float(alpha))}
    return state, up @ down * (alpha / rank)


def strengths(old, new, swap, target_rank=None):
    """Load one LoRA and then the other, and return the strength of that: loaded, set to 0.5, set to 1, and fused."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=(32, 64), layers_per_block=1, cross_attention_dim=32,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), attention_head_dim=8,
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), norm_num_groups=8,
    )
    weight = unet.get_submodule(NAME).weight.detach().clone()
    pipe = StableDiffusionPipeline(
        vae=None, text_encoder=None, tokenizer=None, unet=unet, scheduler=None, safety_checker=None, feature_extractor=None,
        requires_safety_checker=False,
    )
    if target_rank:
        pipe.enable_lora_hotswap(target_rank=target_rank)
    pipe.load_lora_weights(lora(1, *old)[0], adapter_name="brush")
    state, change = lora(2, *new)
    if swap:
        pipe.load_lora_weights(state, adapter_name="brush", hotswap=True)
    else:
        pipe.delete_adapters("brush")
        pipe.load_lora_weights(state, adapter_name="brush")

    @torch.no_grad()
    def now():
        seen = unet.get_submodule(NAME)(torch.eye(32)).T - weight
        return round(float((seen * change).sum() / change.square().sum()), 3)

    seen = [now()]
    for strength in (0.5, 1.0):
        pipe.set_adapters("brush", strength)
        seen.append(now())
    pipe.fuse_lora()
    pipe.unload_lora_weights()
    return seen + [now()]


for old, new, target_rank, factor in (
    ((4, 4), (4, 4), None, 1.0),
    ((4, 4), (4, 8), None, 0.5),
    ((4, 8), (4, 4), None, 2.0),
    ((4, 2), (4, 8), None, 0.25),
    ((8, 8), (4, 4), None, 1.0),
    ((4, 4), (8, 4), 16, 2.0),
):
    swapped, anew = strengths(old, new, True, target_rank), strengths(old, new, False)
    print(f"rank and alpha {old}, then {new}: swapped, at 0.5, at 1 and fused {swapped}; loaded anew {anew}")
    assert anew == [1.0, 0.5, 1.0, 1.0], anew
    assert swapped == [1.0, 0.5 * factor, factor, factor], swapped
PY
