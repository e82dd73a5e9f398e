#!/usr/bin/env bash
# peft 0.21.2: an OFT adapter on a 3x3 convolution multiplies what it is given by nine.
# Guess: a new adapter (init_weights=True) changes nothing, and a trained one only turns what the convolution sees; merge_adapter()
#   changes nothing but the speed.
# Seen: the patches of the picture overlap and are added up, not averaged: untrained, OFT gives the convolution each point nine
#   times, near the edges less often and in the corners once. With 5x5 it is 25 times. No warning.
#   Merged or with a 1x1 convolution it is right. So what was trained unmerged is another model when merged. BOFT is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 peft==0.21.2 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from peft import BOFTConfig, OFTConfig, get_peft_model

torch.set_num_threads(1)
WHITE = torch.ones(1, 4, 12, 12)


class Layer(torch.nn.Module):
    """One convolution, which hands on the middle of what it sees, unchanged."""

    def __init__(self, kernel):
        super().__init__()
        self.conv = torch.nn.Conv2d(4, 4, kernel, padding=kernel // 2, bias=False)
        torch.nn.init.dirac_(self.conv.weight)

    def forward(self, picture):
        return self.conv(picture)


@torch.no_grad()
def seen(config, kernel, trained=False, merged=False):
    assert torch.equal(Layer(kernel)(WHITE), WHITE)
    torch.manual_seed(0)
    model = get_peft_model(Layer(kernel), config).eval()
    if trained:
        for name, weight in model.named_parameters():
            if "oft_R" in name:
                weight += torch.randn(weight.shape) * 0.02
    if merged:
        model.merge_adapter()
    return model(WHITE)


for kernel, most in (1, 1), (3, 9), (5, 25):
    config = OFTConfig(r=0, oft_block_size=4, target_modules=["conv"])
    fresh, merged = seen(config, kernel), seen(config, kernel, merged=True)
    print(f"{kernel}x{kernel}, untrained: white becomes", *(f"{value:.0f}" for value in fresh[0, 0].diagonal()))
    print("  merged:", *(f"{value:.0f}" for value in merged[0, 0].diagonal()))
    assert abs(float(fresh.max()) - most) < 1e-4 and abs(float(fresh[0, 0, 0, 0]) - 1) < 1e-4
    assert float((merged - WHITE).abs().max()) < 1e-4
    trained, merged = seen(config, kernel, trained=True), seen(config, kernel, trained=True, merged=True)
    apart = float((trained - merged).abs().mean())
    assert float((merged - WHITE).abs().mean()) > 0.01
    print(f"  trained: merged and unmerged are {apart:.2g} apart")
    assert (apart > 1) == (kernel > 1) and (kernel > 1 or apart < 1e-4)
boft = seen(BOFTConfig(boft_block_size=4, target_modules=["conv"]), 3)
assert float((boft - WHITE).abs().max()) < 1e-4
PY
