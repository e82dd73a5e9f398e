#!/usr/bin/env bash
# diffusers 0.42.1: a model that cannot be made leaves its dtype as torch's default.
# Guess: from_pretrained(torch_dtype=...) that raises has changed nothing, and the next model is made as always.
# Seen: with torch_dtype=torch.bfloat16 and a config.json whose shapes do not fit together, the ValueError is right, and
#   afterwards torch.zeros(1) is bfloat16; a table made from 1/3 is off by 0.00065, and a model made from a config is half
#   as precise. After a load that succeeds, and without torch_dtype, torch is as before.
# Source: diffusers/models/modeling_utils.py, ModelMixin.from_pretrained: _set_default_torch_dtype, and set_default_dtype
#   after from_config, without a finally.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
venv/bin/python - <<'PY'
import json
import pathlib
import warnings

warnings.simplefilter("ignore")
import diffusers
import torch
from diffusers import UNet2DConditionModel
from diffusers.utils import logging

logging.set_verbosity_error()
print("diffusers", diffusers.__version__, "torch", torch.__version__)


def change(folder, **values):
    file = pathlib.Path(folder, "config.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def default_after(load):
    try:
        load()
        outcome = "loaded"
    except Exception as error:
        outcome = type(error).__name__
    kind = torch.zeros(1).dtype
    off = abs(float(torch.tensor([1 / 3])[0]) - 1 / 3)
    made = UNet2DConditionModel(**SMALL).dtype
    torch.set_default_dtype(torch.float32)
    print(f"{outcome:12} zeros: {kind}, 1/3 is off by {off:.2g}, a new UNet: {made}")
    return outcome, kind, made


SMALL = dict(
    sample_size=8, block_out_channels=(16, 16), layers_per_block=1, cross_attention_dim=8, norm_num_groups=4,
    down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
)
UNet2DConditionModel(**SMALL).save_pretrained("unet")
half = torch.bfloat16
good = default_after(lambda: UNet2DConditionModel.from_pretrained("unet", torch_dtype=half))
change("unet", block_out_channels=[16, 16, 16])  # three widths for two blocks
plain = default_after(lambda: UNet2DConditionModel.from_pretrained("unet"))
bad = default_after(lambda: UNet2DConditionModel.from_pretrained("unet", torch_dtype=half))
assert good == ("loaded", torch.float32, torch.float32), good
assert plain == ("ValueError", torch.float32, torch.float32), plain
assert bad == ("ValueError", half, half), bad
PY
