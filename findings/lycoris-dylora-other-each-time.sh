#!/usr/bin/env bash
# lycoris-lora 4.1.3: a DyLoRA painted with eval() draws another rank for each layer and call, and saved it is a quarter as strong.
# Guess: ranks are drawn at random for training; with eval() all of the rank is used, each call gives the same, merge_to and the saved
#   file are what was applied. alpha / rank is the strength, whatever block_size is.
# Seen: applied and merged it is drawn from the module random in eval() too, as no seed of torch reaches: four answers of four blocks
#   are four different ones. The strength is alpha divided by the blocks used, not by the rank: the saved file, which is a plain LoRA, has
#   of what all blocks do a share of 1 / block_size, which is 4 if nothing is said. With bypass_mode the multiplier is not looked at: 0
#   is as 1. LoRA itself is right in all of this. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 lycoris-lora==4.1.3 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import logging
import random

import torch
from lycoris import LycorisNetwork, create_lycoris, create_lycoris_from_weights
from lycoris.logging import logger

logger.setLevel(logging.ERROR)
torch.set_num_threads(1)
torch.set_grad_enabled(False)
LycorisNetwork.apply_preset({"target_module": ["Layer"]})
PICTURE = torch.randn(4, 16, generator=torch.Generator().manual_seed(0))


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.linear = torch.nn.Linear(16, 16)

    def forward(self, picture):
        return self.linear(picture)


PLAIN = Layer()(PICTURE)


def trained(algorithm, rank, **given):
    """A layer with a trained network, applied at strength 1 and set to eval()."""
    model = Layer()
    network = create_lycoris(model, 1.0, linear_dim=rank, linear_alpha=rank, algo=algorithm, **given)
    network.apply_to()
    torch.manual_seed(1)
    for weight in network.parameters():
        weight.copy_(torch.randn(weight.shape) * 0.2)
    network.eval()
    return model.eval(), network


def saved(network):
    """What the saved file, loaded and merged at strength 1, adds."""
    network.save_weights("network.safetensors", None, {})
    model = Layer()
    create_lycoris_from_weights(1.0, "network.safetensors", model)[0].merge_to(1.0)
    return model(PICTURE) - PLAIN


def different(changes):
    return len({tuple(change.flatten().round(decimals=4).tolist()) for change in changes})


for algorithm, rank in ("lora", 16), ("dylora", 4), ("dylora", 16):
    random.seed(0)
    model, network = trained(algorithm, rank)
    applied = []
    for _ in range(40):
        torch.manual_seed(7)
        applied.append(model(PICTURE) - PLAIN)
    merged = []
    for _ in range(40):
        fresh, other = trained(algorithm, rank)
        other.restore()
        other.merge_to(1.0)
        merged.append(fresh(PICTURE) - PLAIN)
    kept, most = saved(network), max(applied, key=torch.Tensor.norm)
    blocks = 1 if algorithm == "lora" else rank // 4
    print(f"{algorithm} of rank {rank}: {different(applied)} different answers of 40, merged {different(merged)};")
    # All blocks were drawn among the 40; the file holds them all.
    ratios = [float((kept * change).sum() / (change * change).sum()) for change in applied if torch.allclose(
        kept / kept.norm(), change / change.norm(), atol=1e-4
    )]
    print(f"  saved and loaded it is {min(ratios):.3f} times as strong as with all its blocks")
    assert different(applied) == different(merged) == blocks
    assert abs(min(ratios) - (1 if algorithm == "lora" else 1 / 4)) < 1e-3

for algorithm in "lora", "dylora":
    model, network = trained(algorithm, 4, bypass_mode=True)
    full = (model(PICTURE) - PLAIN).norm()
    network.set_multiplier(0.0)
    left = float((model(PICTURE) - PLAIN).norm() / full)
    print(f"{algorithm} with bypass_mode at strength 0: {left:.2f} of its change")
    assert abs(left - (algorithm == "dylora")) < 1e-4
PY
