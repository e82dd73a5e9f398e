#!/usr/bin/env bash
# diffusers 0.42.1: fuse_lora(lora_scale=0.5) halves the LoRA each time, and unfuse_lora undoes the fusing only.
# Guess: fused at 0.5 the LoRA has strength 0.5, unfused it has its own 1 again, and fused at 0.5 once more 0.5; what was
#   fused at one strength and set to another is gone after unfuse_lora and disable_lora.
# Seen: the scale is multiplied into the LoRA and stays: unfused it works at 0.5, fused again at 0.25, then 0.125. If
#   set_adapters changes the strength while it is fused, unfuse_lora takes away that much instead of what was added: after
#   disable_lora half of it is in the weights, and after unload_lora_weights still. No warning.
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


class Painter:
    """A pipeline with a LoRA of strength 1 on one layer."""

    def __init__(self):
        torch.manual_seed(0)
        self.unet = UNet2DConditionModel(
            sample_size=8, block_out_channels=(32, 64), layers_per_block=1, cross_attention_dim=32,
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), attention_head_dim=8,
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), norm_num_groups=8,
        )
        down, up = torch.randn(4, 32) / 5, torch.randn(32, 4) / 5
        self.weight, self.change = self.unet.get_submodule(NAME).weight.detach().clone(), up @ down
        self.pipe = StableDiffusionPipeline(
            vae=None, text_encoder=None, tokenizer=None, unet=self.unet, scheduler=None, safety_checker=None,
            feature_extractor=None, requires_safety_checker=False,
        )
        state = {f"unet.{NAME}.lora_A.weight": down, f"unet.{NAME}.lora_B.weight": up}
        self.pipe.load_lora_weights(state, adapter_name="brush")

    @torch.no_grad()
    def strength(self):
        """Return how strongly the layer, as it computes now, is changed by the LoRA."""
        now = self.unet.get_submodule(NAME)(torch.eye(32)).T - self.weight
        return round(float((now * self.change).sum() / self.change.square().sum()), 3)


painter = Painter()
seen = [painter.strength()]
for _ in range(3):
    painter.pipe.fuse_lora(lora_scale=0.5)
    fused = painter.strength()
    painter.pipe.unfuse_lora()
    seen.append((fused, painter.strength()))
print(f"loaded: {seen[0]}; three times fused at 0.5 and unfused: {seen[1:]}")
assert seen == [1.0, (0.5, 0.5), (0.25, 0.25), (0.125, 0.125)], seen

painter = Painter()
for _ in range(3):
    painter.pipe.fuse_lora()
    assert painter.strength() == 1.0
    painter.pipe.unfuse_lora()
painter.pipe.disable_lora()
print(f"three times fused at 1 and unfused, disabled: {painter.strength()}")
assert painter.strength() == 0.0

painter = Painter()
painter.pipe.fuse_lora()
painter.pipe.set_adapters("brush", 0.5)
painter.pipe.unfuse_lora()
painter.pipe.disable_lora()
disabled = painter.strength()
painter.pipe.unload_lora_weights()
print(f"fused at 1, set to 0.5, unfused, disabled: {disabled}; unloaded: {painter.strength()}")
assert disabled == painter.strength() == 0.5
PY
