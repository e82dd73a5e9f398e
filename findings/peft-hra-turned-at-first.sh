#!/usr/bin/env bash
# peft 0.21.2: a new HRA adapter with apply_GS=True turns the layer by chance, though it should begin as no change.
# Guess: as with every method of peft but some that say otherwise, a new adapter (init_weights=True) changes nothing; "whether to apply
#   Gram-Schmidt orthogonalization" changes how it is trained, not where it begins.
# Seen: HRA begins with pairs of equal vectors, so that each pair of reflections cancels out. Gram-Schmidt takes from the second of a
#   pair all that it shares with the first: what is left is rounding, and is blown up to a vector of length 1. The layer gives
#   something quite else for each seed, now and then NaN: training begins from a destroyed model. No warning. Without it all is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 peft==0.21.2 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from peft import BOFTConfig, HRAConfig, LoHaConfig, LoraConfig, get_peft_model

torch.set_num_threads(1)
torch.set_grad_enabled(False)
LAYERS = {
    "linear": (lambda: torch.nn.Linear(32, 32), (4, 32)),
    "3x3 convolution": (lambda: torch.nn.Conv2d(8, 8, 3, padding=1), (2, 8, 12, 12)),
}


class Layer(torch.nn.Module):
    def __init__(self, kind):
        super().__init__()
        torch.manual_seed(1)
        self.layer = LAYERS[kind][0]()

    def forward(self, picture):
        return self.layer(picture)


def given(kind, config, seed):
    """What the layer gives with a new adapter, and by how much it is another without it."""
    torch.manual_seed(2)
    picture = torch.randn(LAYERS[kind][1])
    plain, model = Layer(kind)(picture), Layer(kind)
    torch.manual_seed(seed)
    result = get_peft_model(model, config).eval()(picture)
    return result, float((result - plain).norm() / plain.norm())


for kind in LAYERS:
    for rank in 2, 4, 8:
        plain, orthogonal = (HRAConfig(r=rank, apply_GS=gram, target_modules=["layer"]) for gram in (False, True))
        changes = [given(kind, orthogonal, seed)[1] for seed in range(5)]
        without = max(given(kind, plain, seed)[1] for seed in range(5))
        print(f"{kind}, r={rank}: without apply_GS {without:.1g}, with it", *(f"{change:.2f}" for change in changes))
        assert without < 1e-4 and sum(not change < 0.1 for change in changes) >= 4  # some are NaN
    one, other = given(kind, orthogonal, 0)[0], given(kind, orthogonal, 1)[0]
    assert not float((one - other).norm() / one.norm()) < 0.3
    for config in (
        LoraConfig(target_modules=["layer"]), LoHaConfig(target_modules=["layer"]),
        BOFTConfig(boft_block_size=4, target_modules=["layer"]),
    ):
        assert given(kind, config, 0)[1] < 1e-4
PY
