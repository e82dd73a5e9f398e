#!/usr/bin/env bash
# diffusers 0.42.1: fuse_qkv_projections() leaves out what a LoRA adds to queries, keys and values.
# Guess: to fuse the projections changes nothing but the speed, with a LoRA as without, as its documentation says of the query, key
#   and value matrices; or it is refused.
# Seen: it copies the weights below the LoRA. In Flux nothing is left of a LoRA for to_q, to_k and to_v, loaded before or after, at
#   whatever strength, fuse_lora() included: the answer is that of the model alone, to the last bit. In a UNet the queries of the
#   cross attention are left, as they are not fused. unfuse_qkv_projections() brings it back, fuse_lora() before it is right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 peft==0.21.2 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from diffusers import FluxTransformer2DModel, UNet2DConditionModel
from peft import LoraConfig

torch.set_num_threads(1)
torch.set_grad_enabled(False)


def noise(*shape, seed=2):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def unet():
    torch.manual_seed(0)
    return UNet2DConditionModel(
        block_out_channels=(32, 64), layers_per_block=1, sample_size=16, cross_attention_dim=32, attention_head_dim=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        norm_num_groups=8,
    ).eval()


def flux():
    torch.manual_seed(0)
    return FluxTransformer2DModel(
        patch_size=1, in_channels=4, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=32, pooled_projection_dim=32, axes_dims_rope=(4, 4, 8),
    ).eval()


def answer(model):
    if isinstance(model, UNet2DConditionModel):
        return model(noise(1, 4, 16, 16), 500, noise(1, 7, 32, seed=3)).sample
    return model(
        hidden_states=noise(1, 16, 4), encoder_hidden_states=noise(1, 5, 32, seed=3), pooled_projections=noise(1, 32),
        timestep=torch.tensor([0.5]), img_ids=torch.zeros(16, 3), txt_ids=torch.zeros(5, 3),
    ).sample


def add_lora(model):
    model.add_adapter(LoraConfig(r=4, lora_alpha=4, target_modules=["to_q", "to_k", "to_v"]), adapter_name="ink")
    torch.manual_seed(1)
    for name, weight in model.named_parameters():
        if "lora_" in name:
            weight.copy_(torch.randn(weight.shape) * 0.3)

def apart(one, other):
    return float((one - other).abs().mean())


for make in unet, flux:
    plain = answer(make())
    model = make()
    model.fuse_qkv_projections()
    assert apart(answer(model), plain) < 1e-6

    model = make()
    add_lora(model)
    painted = answer(model)
    effect = apart(painted, plain)
    model.fuse_qkv_projections()
    before = answer(model)
    model.unfuse_qkv_projections()
    assert torch.equal(answer(model), painted)

    model = make()
    model.fuse_qkv_projections()
    add_lora(model)
    after = answer(model)
    model.set_adapters(["ink"], [5.0])
    strong = answer(model)
    model.fuse_lora()
    merged = answer(model)

    model = make()
    add_lora(model)
    model.fuse_lora()
    model.fuse_qkv_projections()
    right = answer(model)
    print(f"{make.__name__}: a LoRA changes the answer by {effect:.4f}, with fused projections by {apart(before, plain):.4f},")
    print(f"  loaded after by {apart(after, plain):.4f}, at strength 5 by {apart(strong, plain):.4f}; fuse_lora() first by")
    print(f"  {apart(right, plain):.4f}, after by {apart(merged, plain):.4f}; from what it should be {apart(before, painted):.4f}")
    assert effect > 0.01 and apart(right, painted) < 1e-5 and apart(before, painted) > effect / 2
    assert apart(before, after) < 1e-6
    if make is flux:
        assert max(apart(seen, plain) for seen in (before, after, strong, merged)) < 1e-6
    else:
        assert apart(before, plain) < effect / 2
PY
