#!/usr/bin/env bash
# peft 0.21.2: adapters on a convolution pad with zeros, though it pads round the edge: tiles get a seam, until they are merged.
# Guess: for pictures that can be tiled one sets padding_mode="circular"; an adapter keeps it, and merged it gives what it gave before.
# Seen: LoRA, DoRA, LoHa and LoKr compute their share with zeros round it: moved by a few points, the picture is another near its
#   edges. Merged it tiles again, and so differs from what was trained. BOFT and HRA compute the layer itself so: even a new one,
#   which should change nothing, makes the seam. The same with "reflect". With zeros all are right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 peft==0.21.2 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from peft import BOFTConfig, HRAConfig, LoHaConfig, LoKrConfig, LoraConfig, get_peft_model

torch.set_num_threads(1)
torch.set_grad_enabled(False)
torch.manual_seed(0)
PICTURE = torch.randn(1, 8, 24, 24)
LAYER = {"target_modules": ["layer"]}
ADAPTERS = {
    "LoRA": LoraConfig(r=4, lora_alpha=8, **LAYER),
    "DoRA": LoraConfig(r=4, lora_alpha=8, use_dora=True, **LAYER),
    "LoHa": LoHaConfig(r=4, alpha=8, **LAYER),
    "LoKr": LoKrConfig(r=4, alpha=8, **LAYER),
    "BOFT": BOFTConfig(boft_block_size=4, **LAYER),
    "HRA": HRAConfig(r=4, **LAYER),
}


class Layer(torch.nn.Module):
    def __init__(self, padding):
        super().__init__()
        torch.manual_seed(1)
        self.layer = torch.nn.Conv2d(8, 8, 3, padding=1, padding_mode=padding)

    def forward(self, picture):
        return self.layer(picture)


def seam(model):
    """How much another the picture is if it is moved by 7 points first and back afterwards."""
    moved = model(PICTURE.roll((7, 7), (2, 3))).roll((-7, -7), (2, 3))
    return float((moved - model(PICTURE)).norm() / PICTURE.norm())


def trained(config, padding):
    model = get_peft_model(Layer(padding), config).eval()
    generator = torch.Generator().manual_seed(2)
    for name, weight in model.named_parameters():
        if weight.requires_grad and "boft_s" not in name:
            weight += torch.randn(weight.shape, generator=generator) * 0.1
    return model


assert seam(Layer("circular")) < 1e-5 and seam(Layer("zeros")) > 0.05
for name, config in ADAPTERS.items():
    for padding in "circular", "reflect", "zeros":
        plain = Layer(padding)(PICTURE)
        new = float((get_peft_model(Layer(padding), config).eval()(PICTURE) - plain).norm() / plain.norm())
        model = trained(config, padding)
        before, before_seam = model(PICTURE), seam(model)
        model.merge_adapter()
        apart = float((model(PICTURE) - before).norm() / (before - plain).norm())
        seams = f", seam {before_seam:.3f}, merged {seam(model):.3f}" if padding == "circular" else ""
        print(f"{name}, {padding}: new {new:.2f} from the layer, merging changes {apart:.0%} of its effect{seams}")
        if padding == "zeros":
            assert new < 1e-4 and apart < 1e-3
            continue
        assert apart > 0.1 and (new > 0.1) == (name in ("BOFT", "HRA")) and (new > 0.1 or new < 1e-4)
        assert padding == "reflect" or (before_seam > 0.005 and seam(model) < 1e-4)
PY
