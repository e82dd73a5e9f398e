#!/usr/bin/env bash
# peft 0.21.2: the "linear" blend of four checkpoints of one LoRA, a quarter each, is four times too strong.
# Guess: add_weighted_adapter(names, weights, combination_type="linear") gives the weighted sum of what the adapters change,
#   so a LoRA blended with its own copy, half and half, is itself.
# Seen: it is doubled, in thirds tripled: the factors A and B are summed apart, by the square roots of the weights, and their
#   product holds every pair. Checkpoints of one training are near copies. "cat" and "svd" are right; "ties" halves it.
#   The docstring calls linear a rough approximation; dare_linear and magnitude_prune do the same at density 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 peft==0.21.2 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
venv/bin/python - <<'PY'
import warnings

warnings.simplefilter("ignore")
import torch
from peft import LoraConfig, get_peft_model

torch.manual_seed(0)
config = LoraConfig(r=4, lora_alpha=4, target_modules=["layer"])
model = get_peft_model(torch.nn.ModuleDict({"layer": torch.nn.Linear(32, 32, bias=False)}), config, "one")
layer = model.base_model.model["layer"]
NAMES = ["one", "two", "three", "four"]
down, up = torch.randn(4, 32), torch.randn(32, 4)
for name in NAMES:
    if name != "one":
        model.add_adapter(name, config)
    # Steps of one training: nearly the same matrices.
    layer.lora_A[name].weight.data = down + 0.01 * torch.randn_like(down)
    layer.lora_B[name].weight.data = up + 0.01 * torch.randn_like(up)


def strength(kind, count, **options):
    """Blend this many with equal weights and return the strength against their true mean."""
    names, weights = NAMES[:count], [1 / count] * count
    model.add_weighted_adapter(names, weights, "blend", combination_type=kind, **options)
    mean = sum(layer.get_delta_weight(name) for name in names) / count
    blend = layer.get_delta_weight("blend")
    model.delete_adapter("blend")
    factor = float((blend * mean).sum() / mean.square().sum())
    assert (blend - factor * mean).norm() < 0.02 * blend.norm(), "another direction"
    return factor


for kind, options, expected in (
    ("cat", {}, (1, 1, 1, 1)),
    ("svd", {}, (1, 1, 1, 1)),
    ("linear", {}, (1, 2, 3, 4)),
    ("dare_linear", {"density": 1.0}, (1, 2, 3, 4)),
    ("magnitude_prune", {"density": 1.0}, (1, 2, 3, 4)),
):
    seen = [strength(kind, count, **options) for count in (1, 2, 3, 4)]
    print(f"{kind}: the mean of 1, 2, 3 and 4 checkpoints is", ", ".join(f"{factor:.2f}" for factor in seen))
    assert all(abs(factor - right) < 0.02 * right for factor, right in zip(seen, expected)), seen
half = strength("ties", 2, density=1.0)
print(f"ties: the mean of 2 is {half:.2f}")
assert abs(half - 0.5) < 0.02
PY
