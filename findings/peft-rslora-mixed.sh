#!/usr/bin/env bash
# peft 0.21.2: rsLoRA adapters mixed with add_weighted_adapter are as many times too strong as the root of the new rank.
# Guess: add_weighted_adapter(["ink", "wash"], [1.0, 1.0], "both", "cat") gives what both give together, as it does for plain LoRA.
# Seen: the strength of each is put into the new weights and alpha set to the rank, so that the scale should be 1. But use_rslora is
#   taken over, and with it the scale is alpha / sqrt(rank): of two adapters of rank 32 the mixture is 8 times as strong, one alone
#   "mixed" at 1.0 5.7 times. "linear", "svd" and "ties" too. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 peft==0.21.2 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from peft import LoraConfig, get_peft_model

torch.set_num_threads(1)
torch.set_grad_enabled(False)


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(128, 128)

    def forward(self, picture):
        return self.layer(picture)


def adapters(rank, rslora):
    """A layer with two trained adapters."""
    config = LoraConfig(r=rank, lora_alpha=rank, use_rslora=rslora, target_modules=["layer"])
    torch.manual_seed(0)
    model = get_peft_model(Layer(), config, adapter_name="ink").eval()
    model.add_adapter("wash", config)
    for name, weight in model.named_parameters():
        if "lora_" in name:
            weight += torch.randn(weight.shape) * 0.1
    return model


def strength(rank, rslora, names, **given):
    """How many times as strong the mixture is as the adapters that are in it, each at 1."""
    model = adapters(rank, rslora)
    layer = model.base_model.model.layer
    meant = sum(layer.get_delta_weight(name) for name in names)
    model.add_weighted_adapter(names, [1.0] * len(names), "mixture", **given)
    mixture = layer.get_delta_weight("mixture")
    return float((mixture * meant).sum() / (meant * meant).sum())


for rank in 4, 32:
    for names in ["ink"], ["ink", "wash"]:
        total = rank * len(names)
        plain = strength(rank, False, names, combination_type="cat")
        rslora = strength(rank, True, names, combination_type="cat")
        print(f"cat of {names}, rank {rank}: {plain:.2f} times as strong, with rsLoRA {rslora:.2f}")
        assert abs(plain - 1) < 1e-3 and abs(rslora / total**0.5 - 1) < 1e-3
for given in (
    {"combination_type": "linear"}, {"combination_type": "svd", "svd_rank": 32}, {"combination_type": "ties", "density": 1.0},
):
    plain, rslora = (strength(32, rslora, ["ink"], **given) for rslora in (False, True))
    print(f"{given['combination_type']} of one, rank 32: {plain:.2f} times as strong, with rsLoRA {rslora:.2f}")
    assert abs(plain - 1) < 1e-2 and abs(rslora / 32**0.5 - 1) < 1e-2
PY
