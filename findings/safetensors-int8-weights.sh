#!/usr/bin/env bash
# safetensors 0.8.0 with diffusers 0.42.1 and transformers 5.23.0: int8 codes are loaded as the weights themselves.
# Guess: where a model of floats is loaded from a file of int8, that is refused, or said, since 127 is a code and no weight.
# Seen: both load it without a word: no missing, unexpected or mismatched key, no warning, and dtype="auto" gives float32. Weights
#   that were at most 0.6 are up to 127. safetensors tells each tensor's type; nobody asks. Only scales that lie beside
#   the codes are reported as unexpected keys, and the codes are loaded all the same. bool and uint8 are taken likewise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0 safetensors==0.8.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error HF_HUB_DISABLE_PROGRESS_BARS=1 venv/bin/python - <<'PY'
import warnings

import torch
from diffusers import UNet2DModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel

warnings.simplefilter("error")
torch.set_num_threads(1)
torch.manual_seed(0)
unet = UNet2DModel(
    sample_size=8, block_out_channels=(32,), layers_per_block=1, down_block_types=("DownBlock2D",),
    up_block_types=("UpBlock2D",), norm_num_groups=8,
)
text = CLIPTextModel(
    CLIPTextConfig(
        vocab_size=99, hidden_size=32, intermediate_size=37, num_hidden_layers=1, num_attention_heads=4, bos_token_id=0,
        eos_token_id=1,
    )
)


def largest(model):
    return max(float(weight.detach().abs().max()) for weight in model.parameters() if weight.ndim > 1)


def load(model, file, convert, scales=False, **options):
    """Save the model, with its matrices converted; load it again, and return the model and what was reported."""
    model.save_pretrained("saved")
    state = load_file(f"saved/{file}")
    stored = {name: convert(value) if value.ndim > 1 else value for name, value in state.items()}
    if scales:
        stored |= {f"{name}_scale": value.abs().max() / 127 for name, value in state.items() if value.ndim > 1}
    save_file(stored, f"saved/{file}", metadata={"format": "pt"})
    loaded, report = type(model).from_pretrained("saved", output_loading_info=True, **options)
    return loaded, {name: len(keys) for name, keys in report.items() if keys}


def int8(value):
    return (value / (value.abs().max() / 127)).round().to(torch.int8)


def uint8(value):
    return (int8(value).int() + 128).to(torch.uint8)


UNET, TEXT = "diffusion_pytorch_model.safetensors", "model.safetensors"
for model, file in ((unet, UNET), (text, TEXT)):
    name = type(model).__name__
    print(f"{name}: largest weight {largest(model):.2f}")
    for kind, convert, seen in (("int8", int8, 127), ("uint8", uint8, 255), ("bool", torch.Tensor.bool, 1)):
        loaded, report = load(model, file, convert)
        print(f"  {kind}: largest {largest(loaded):.2f}, {loaded.dtype}, reported {report}")
        assert largest(loaded) == seen and loaded.dtype == torch.float32 and not report
    loaded, report = load(model, file, int8, scales=True)
    print(f"  int8 with scales beside: largest {largest(loaded):.2f}, reported {report}")
    assert largest(loaded) == 127 and list(report) == ["unexpected_keys"]
loaded, report = load(text, TEXT, int8, dtype="auto")
print(f"dtype='auto': largest {largest(loaded):.2f}, {loaded.dtype}, reported {report}")
assert largest(loaded) == 127 and not report
PY
