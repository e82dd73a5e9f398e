#!/usr/bin/env bash
# peft 0.21.2: of two active C3A adapters the second sees what the first gives out, not what the layer is given.
# Guess: what two active adapters add to a layer is added up, as with LoRA and as C3A's merged weights have it: the order is the same.
# Seen: the second is applied to the output of the first, which the layer's input is overwritten with. Adapters of like strength: the
#   second is nearly gone, in the other order the other. Merged they are added up, so merging changes the picture by as much as the
#   second is worth. The first alone, the second alone and either merged alone are right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 peft==0.21.2 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from peft import C3AConfig, LoraConfig, get_peft_model

torch.set_num_threads(1)
torch.set_grad_enabled(False)
PICTURE = torch.randn(1, 16, 64, generator=torch.Generator().manual_seed(0))


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(64, 64)

    def forward(self, picture):
        return self.layer(picture)


def adapted(config):
    """A layer with two trained adapters, each of which changes its answer by about a third."""
    model = get_peft_model(Layer(), config, adapter_name="ink").eval()
    model.add_adapter("wash", config)
    torch.manual_seed(1)
    for name, weight in model.named_parameters():
        if ".ink" in name or ".wash" in name:
            weight.copy_(torch.randn(weight.shape) * (0.2 if "lora" in name else 0.3))
    return model


def added(model, *names, merged=False):
    """What these adapters add to the answer."""
    model.base_model.set_adapter(list(names))
    if merged:
        model.base_model.merge_adapter()
    answer = model(PICTURE)
    if merged:
        model.base_model.unmerge_adapter()
    with model.disable_adapter():
        return answer - model(PICTURE)


def share(part, whole):
    """How much of the part is in the whole."""
    return round(float((whole * part).sum() / (part * part).sum()), 2)


for config in (
    LoraConfig(r=4, lora_alpha=4, target_modules=["layer"]), C3AConfig(block_size=32, target_modules=["layer"]),
):
    model = adapted(config)
    ink, wash = added(model, "ink"), added(model, "wash")
    assert torch.allclose(added(model, "ink", merged=True), ink, atol=1e-5)
    assert torch.allclose(added(model, "wash", merged=True), wash, atol=1e-5)
    for first, second in ("ink", "wash"), ("wash", "ink"):
        parts = {"ink": ink, "wash": wash}
        both, merged = added(model, first, second), added(model, first, second, merged=True)
        off = float((both - parts[first] - parts[second]).norm() / parts[second].norm())
        print(f"{config.peft_type.value}, {first} and {second}: off by {off:.2f} of what {second} adds")
        assert torch.allclose(merged, ink + wash, atol=1e-5)
        assert off < 1e-4 if config.peft_type == "LORA" else off > 0.9, off
        if config.peft_type == "C3A":
            for name in first, second:
                print(f"  of {name} {share(parts[name], both)}, merged {share(parts[name], merged)}")
PY
