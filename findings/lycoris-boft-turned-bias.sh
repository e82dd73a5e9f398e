#!/usr/bin/env bash
# lycoris-lora 4.1.3: BOFT with bypass_mode=True turns the bias as well, merged or loaded without it does not.
# Guess: bypass_mode computes the same in another order, as it does for LoRA, LoHa, LoKr and GLoRA.
# Seen: with it BOFT turns what the layer gives, its bias included; without it, and when merged, only the weights. So what was
#   trained with bypass_mode=True is another model once merged, or loaded, as the file does not say so: here a tenth to a quarter
#   of its change is another. Without biases both are the same. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 lycoris-lora==4.1.3 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import logging

import torch
from lycoris import LycorisNetwork, create_lycoris, create_lycoris_from_weights
from lycoris.logging import logger

logger.setLevel(logging.ERROR)
torch.set_num_threads(1)
torch.set_grad_enabled(False)
LycorisNetwork.apply_preset({"target_module": ["Layers"]})


class Layers(torch.nn.Module):
    def __init__(self, kind, bias):
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(16, 16, bias) if kind == "linear" else torch.nn.Conv2d(16, 16, 3, padding=1, bias=bias)

    def forward(self, picture):
        return self.layer(picture)


def results(algorithm, kind, bias):
    """Return what the layer gives with bypass_mode, without, and with the file of the first merged, as a part of the change."""
    picture = torch.randn(2, 16, 6, 16, generator=torch.Generator().manual_seed(1))
    plain, seen = Layers(kind, bias)(picture), []
    for bypass in (False, True):
        model = Layers(kind, bias)
        network = create_lycoris(
            model, 1.0, linear_dim=4, linear_alpha=4, conv_dim=4, conv_alpha=4, algo=algorithm, bypass_mode=bypass
        )
        network.apply_to()
        generator = torch.Generator().manual_seed(2)
        for weight in network.parameters():
            weight += torch.randn(weight.shape, generator=generator) * 0.1
        seen.append(model(picture))
    network.save_weights("network.safetensors", None, {})
    merged = Layers(kind, bias)
    create_lycoris_from_weights(1.0, "network.safetensors", merged)[0].merge_to(1.0)
    without, bypassed = seen
    change = (without - plain).norm()
    return float((bypassed - without).norm() / change), float((bypassed - merged(picture)).norm() / change)


for algorithm in "lora", "loha", "lokr", "glora", "boft":
    for kind in "linear", "convolution":
        for bias in (True, False):
            apart, merged = results(algorithm, kind, bias)
            layer = f"{algorithm}, {kind} {'with' if bias else 'without'} bias"
            print(f"{layer}: {apart:.0%} of the change is another, merged {merged:.0%}")
            assert (apart > 0.05) == (merged > 0.05) == (algorithm == "boft" and bias)
            assert apart > 0.05 or max(apart, merged) < 1e-3
PY
