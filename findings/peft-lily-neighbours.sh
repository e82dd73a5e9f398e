#!/usr/bin/env bash
# peft 0.21.2: with a Lily adapter each picture of a batch depends on the others, and the wish on the negative prompt.
# Guess: a layer with an adapter answers for a picture the same, whether it is alone, in a batch, or beside the negative prompt's half,
#   as LoRA and all other adapters for linear layers do; Lily's router chooses for each token, as its logits are for each.
# Seen: the choice is averaged over all tokens of all pictures of the batch, so that each gets the mean of what its neighbours call for.
#   Beside a very other picture a picture is changed by up to six tenths of what the whole adapter changes. No word of it, no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 peft==0.21.2 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from peft import DeloraConfig, GraloraConfig, LilyConfig, LoraConfig, get_peft_model

torch.set_num_threads(1)
torch.set_grad_enabled(False)


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(64, 64)

    def forward(self, picture):
        return self.layer(picture)


def tokens(seed):
    """The tokens of a picture, which have something in common."""
    noise = torch.Generator().manual_seed(seed)
    return torch.randn(1, 1, 64, generator=noise) + torch.randn(1, 16, 64, generator=noise) * 0.5


PICTURE = tokens(1)
for config in (
    LoraConfig(r=8, target_modules=["layer"]), DeloraConfig(r=8, target_modules=["layer"]),
    GraloraConfig(r=8, target_modules=["layer"]), LilyConfig(r=8, num_B=4, target_modules=["layer"]),
):
    model = get_peft_model(Layer(), config, adapter_name="ink").eval()
    torch.manual_seed(1)
    for name, weight in model.named_parameters():
        if "base_layer" not in name:
            weight.add_(torch.randn(weight.shape) * 0.3)
    alone = model(PICTURE)
    with model.disable_adapter():
        effect = (alone - model(PICTURE)).norm()
    worst = 0.0
    for neighbour in range(2, 8):
        beside = model(torch.cat([PICTURE, tokens(neighbour)]))[:1]
        worst = max(worst, float((beside - alone).norm() / effect))
    name = type(config).__name__
    print(f"{name}: beside another picture it is changed by up to {worst:.3f} of what the adapter does")
    assert float(effect) > 0.1
    assert worst > 0.4 if isinstance(config, LilyConfig) else worst < 1e-4, worst
PY
