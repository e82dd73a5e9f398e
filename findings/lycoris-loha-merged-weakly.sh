#!/usr/bin/env bash
# lycoris-lora 4.1.3: a merged LoHa is alpha / rank times as strong as it should be.
# Guess: merge_to(1.0) puts into the weights what the network computes with the LoHa applied at strength 1.
# Seen: alpha / rank is applied twice. With the usual alpha 1, a LoHa of rank 8 is merged at an eighth of its strength, one of
#   rank 32 at a thirty-second, so hardly at all, in linear layers and convolutions. No warning.
#   With alpha equal to the rank it is right, and so are LoRA and LoKr with any alpha.
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
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.linear = torch.nn.Conv2d(4, 16, 3, padding=1), torch.nn.Linear(16, 16)

    def forward(self, picture):
        return self.linear(self.conv(picture).movedim(1, -1))


torch.manual_seed(1)
PICTURE = torch.randn(1, 4, 8, 8)


def strength(algorithm, rank, alpha):
    """Return how much of the change that the applied network makes is in the merged weights."""
    model = Layers()
    plain = model(PICTURE)
    network = create_lycoris(
        model, 1.0, linear_dim=rank, linear_alpha=alpha, conv_dim=rank, conv_alpha=alpha, algo=algorithm,
    )
    network.apply_to()
    for weight in network.parameters():
        weight += torch.randn(weight.shape) * 0.05
    change = model(PICTURE) - plain
    network.save_weights("network.safetensors", None, {})
    merged = Layers()
    create_lycoris_from_weights(1.0, "network.safetensors", merged)[0].merge_to(1.0)
    seen = merged(PICTURE) - plain
    return float((seen * change).sum() / (change * change).sum())


for algorithm in "lora", "lokr", "loha":
    for rank, alpha in (4, 4), (8, 1), (8, 4), (32, 1):
        seen, right = strength(algorithm, rank, alpha), alpha / rank if algorithm == "loha" else 1
        print(f"{algorithm}, rank {rank}, alpha {alpha}: merged with {seen:.3f} of its strength")
        assert abs(seen / right - 1) < 0.01, (seen, right)
PY
