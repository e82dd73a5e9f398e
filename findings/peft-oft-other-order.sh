#!/usr/bin/env bash
# peft 0.21.2: of two OFT adapters the one turns first while they are apart, the other when they are merged.
# Guess: merge_adapter() with two active adapters changes nothing but the speed, as it does for LoRA, LoHa, BOFT and HRA.
# Seen: turns do not commute. Unmerged, OFT turns what comes in by the first adapter, then by the second; merged into the weights
#   the first one stands nearer to them and so turns last. What was painted with ["ink", "wash"] is, merged, what ["wash", "ink"]
#   paints. One alone is right. No warning. (Linear layers; on 3x3 convolutions OFT is wrong already by itself.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 peft==0.21.2 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from peft import BOFTConfig, HRAConfig, LoHaConfig, LoraConfig, OFTConfig, get_peft_model

torch.set_num_threads(1)
torch.set_grad_enabled(False)
torch.manual_seed(0)
PICTURE = torch.randn(4, 16)
LAYER = {"target_modules": ["layer"]}
ADAPTERS = {
    "OFT": OFTConfig(r=0, oft_block_size=4, **LAYER),
    "BOFT": BOFTConfig(boft_block_size=4, **LAYER),
    "HRA": HRAConfig(r=4, **LAYER),
    "LoRA": LoraConfig(r=4, **LAYER),
    "LoHa": LoHaConfig(r=4, **LAYER),
}


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.layer = torch.nn.Linear(16, 16)

    def forward(self, picture):
        return self.layer(picture)


def painted(config, names, merged=False):
    model = get_peft_model(Layer(), config, adapter_name="ink").eval()
    model.add_adapter("wash", config)
    generator = torch.Generator().manual_seed(2)
    for name, weight in model.named_parameters():
        if "base_layer" not in name and "boft_s" not in name:
            weight += torch.randn(weight.shape, generator=generator) * 0.3
    model.base_model.set_adapter(names)
    if merged:
        model.merge_adapter()
    return model(PICTURE)


plain = Layer()(PICTURE)
for name, config in ADAPTERS.items():
    apart, merged = painted(config, ["ink", "wash"]), painted(config, ["ink", "wash"], merged=True)
    effect = (apart - plain).norm()
    changed = float((merged - apart).norm() / effect)
    other = float((merged - painted(config, ["wash", "ink"])).norm() / effect)
    alone = float((painted(config, ["ink"], merged=True) - painted(config, ["ink"])).norm() / effect)
    print(f"{name}: merging changes {changed:.0%} of the effect; merged is {other:.0%} from the other order; one alone {alone:.0%}")
    assert alone < 1e-3 and (changed > 0.1) == (name == "OFT") and (name == "OFT" or changed < 1e-3)
    assert name != "OFT" or other < 1e-3
PY
