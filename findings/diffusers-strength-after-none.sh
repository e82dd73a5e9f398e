#!/usr/bin/env bash
# diffusers 0.42.1: one picture with the LoRA turned off by "scale": 0 sets its strength to 1 for all pictures after it.
# Guess: the scale in cross_attention_kwargs or joint_attention_kwargs is for that one call, as 0.5 and 2 are.
# Seen: at 0 each layer's strength is not put back but set to 1. What set_adapters gave is lost: of two LoRAs at 0.5 and 0.2 both are
#   at 1, and those that were turned off in single blocks are on again. It stays so until set_adapters is called again, in a UNet and
#   in Flux. active_adapters() names the same as before. No warning.
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


def answer(model, scale=None):
    given = None if scale is None else {"scale": scale}
    if isinstance(model, UNet2DConditionModel):
        return model(noise(1, 4, 16, 16), 500, noise(1, 7, 32, seed=3), cross_attention_kwargs=given).sample
    return model(
        hidden_states=noise(1, 16, 4), encoder_hidden_states=noise(1, 5, 32, seed=3), pooled_projections=noise(1, 32),
        timestep=torch.tensor([0.5]), img_ids=torch.zeros(16, 3), txt_ids=torch.zeros(5, 3), joint_attention_kwargs=given,
    ).sample


def with_loras(make):
    model = make()
    for seed, name in enumerate(("ink", "wash"), 1):
        model.add_adapter(LoraConfig(r=4, lora_alpha=4, target_modules=["to_q", "to_k", "to_v"]), adapter_name=name)
        torch.manual_seed(seed)
        for key, weight in model.named_parameters():
            if name in key:
                weight.copy_(torch.randn(weight.shape) * 0.3)
    return model


def apart(one, other):
    return float((one - other).abs().mean())


for make in unet, flux:
    plain, model = answer(make()), with_loras(make)
    model.set_adapters(["ink", "wash"], [1.0, 1.0])
    full = answer(model)
    settings = [([0.5, 0.2], "at 0.5 and 0.2")]
    if make is unet:
        settings.append(([{"down": 0.0, "mid": 0.0}, {"up": 0.0}], "turned off in some blocks"))
    for weights, told in settings:
        model.set_adapters(["ink", "wash"], weights)
        before = answer(model)
        for scale in 0.5, 2.0:
            assert apart(answer(model, scale), before) > 1e-3 and torch.equal(answer(model), before)
        names = model.active_adapters()
        assert apart(answer(model, 0.0), plain) < 1e-6
        after = answer(model)
        print(f"{make.__name__}, two LoRAs {told}: after one answer at scale 0 {apart(after, before):.4f} from what it was,")
        print(f"  {apart(after, full):.4f} from both at 1; a LoRA changes the answer by {apart(full, plain):.4f}")
        assert model.active_adapters() == names and apart(after, full) < 1e-6 and apart(after, before) > 1e-3
        model.set_adapters(["ink", "wash"], weights)
        assert torch.equal(answer(model), before)
PY
