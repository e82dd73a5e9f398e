#!/usr/bin/env bash
# lycoris-lora 4.1.3: a network with dora_wd=True at strength 0 changes the picture as much as at strength 1.
# Guess: strength 0 is the model without the network, 0.5 lies about halfway, as with every LoRA; merge_to(precise=True) merges
#   the same, only more exactly.
# Seen: only the lengths of the weights follow the strength, their directions are always those of strength 1. So at 0 and 0.5
#   it is painted as far from the model as at 1, and farther, applied or merged. precise=True leaves the lengths out: at 0 it
#   is right, at 1 as wrong as the other is at 0. LoRA, LoHa and LoKr alike; without dora_wd=True strengths are as was guessed.
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
ROWS = 32


class Layers(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.linear = torch.nn.Linear(ROWS, ROWS)

    def forward(self, rows):
        return self.linear(rows)


def changes(algorithm, dora):
    """Return the change at each strength, as a part of that at 1: applied, and for LoRA merged and merged precisely."""
    rows = torch.eye(ROWS)
    model = Layers()
    plain = model(rows)
    network = create_lycoris(model, 1.0, linear_dim=8, linear_alpha=8, algo=algorithm, dora_wd=dora)
    network.apply_to()
    for name, weight in network.named_parameters():
        if "dora_scale" not in name:
            weight += torch.randn(weight.shape) * 0.05
    full = model(rows) - plain
    network.save_weights("network.safetensors", None, {})
    seen = {}
    for strength in 0.0, 0.5, 1.0:
        network.set_multiplier(strength)
        seen[strength] = [float((model(rows) - plain).norm() / full.norm())]
        for precise in (False, True):
            merged = Layers()
            create_lycoris_from_weights(1.0, "network.safetensors", merged)[0].merge_to(strength, precise=precise)
            seen[strength].append(float((merged(rows) - plain).norm() / full.norm()))
    return seen


for algorithm in "lora", "loha", "lokr":
    for dora in (False, True):
        seen = changes(algorithm, dora)
        print(f"{algorithm}{' with dora_wd' * dora}: change at each strength, applied, merged, merged precisely")
        for strength, values in seen.items():
            print(f"  {strength}:", *(f"{value:.2f}" for value in values))
        applied, merged, precise = zip(*seen.values(), strict=True)
        assert abs(applied[2] - 1) < 1e-3 and max(abs(one - other) for one, other in zip(applied, merged)) < 1e-3
        if dora:
            assert applied[0] > applied[1] > 1 and abs(precise[2] - applied[0]) < 1e-3 and precise[0] < 1e-3
        else:
            assert max(abs(value - wanted) for value, wanted in zip((*applied, *precise), (0, 0.5, 1) * 2)) < 1e-3
PY
