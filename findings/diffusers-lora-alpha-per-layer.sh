#!/usr/bin/env bash
# diffusers 0.42.1: of a LoRA whose layers have an alpha each, some are merged at another strength.
# Guess: alpha / rank of each layer scales that layer, as the trainers (kohya) that write it mean it.
# Seen: with ranks that differ and alpha == rank everywhere, so strength 1, fused changes are off by factors,
#   without a warning. Resized LoRAs look like that. (UNet layers; one rank for all is right.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 peft==0.21.2 accelerate==1.15.0 safetensors==0.8.0
cd "$folder"
venv/bin/python - <<'PY'
import warnings

warnings.simplefilter("ignore")
import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from diffusers.utils import logging

logging.set_verbosity_error()
torch.set_num_threads(1)


def strengths(ranks):
    """Fuse a LoRA of these ranks, alpha == rank, and return each layer's change over the expected."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=(32, 64), layers_per_block=1, cross_attention_dim=32,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), attention_head_dim=8,
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), norm_num_groups=8,
    )
    layers = {
        name: layer
        for name, layer in unet.named_modules()
        if isinstance(layer, torch.nn.Linear) and "attentions" in name
    }
    state, expected = {}, {}
    for number, (name, layer) in enumerate(layers.items()):
        rank = ranks[number % len(ranks)]
        down = torch.randn(rank, layer.in_features) / 10
        up = torch.randn(layer.out_features, rank) / 10
        key = "lora_unet_" + name.replace(".", "_")
        state[f"{key}.lora_down.weight"], state[f"{key}.lora_up.weight"] = down, up
        state[f"{key}.alpha"] = torch.tensor(float(rank))
        expected[name] = layer.weight.detach().clone(), up @ down
    pipe = StableDiffusionPipeline(
        vae=None, text_encoder=None, tokenizer=None, unet=unet, scheduler=None, safety_checker=None,
        feature_extractor=None, requires_safety_checker=False,
    )
    pipe.load_lora_weights(state)
    pipe.fuse_lora()
    pipe.unload_lora_weights()
    fused = dict(unet.named_modules())
    return {
        name: round(float(((fused[name].weight - before) * change).sum() / (change**2).sum()), 2)
        for name, (before, change) in expected.items()
    }


for ranks in ((4,), (8, 8, 4, 2)):
    seen = strengths(ranks)
    print(f"ranks {ranks}: strengths {sorted(set(seen.values()))}")
    assert (set(seen.values()) == {1.0}) == (len(ranks) == 1), seen
PY
