"""Refuse weights that a model cannot compute with: integers of a quantized copy, and no numbers.

diffusers and transformers turn integers into floats as they are, without the scale that belongs to
them, and load what is no number: either way every picture would be noise, or black.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import torch

from inference.errors import ModelUnavailable
from inference.models.checkpoint import Checkpoint
from inference.models.single_file import read_header

# Of safetensors. I64 are positions and counts, which older versions wrote among the weights, and
# merges in other types.
_INTEGERS = frozenset({"BOOL", "I8", "U8", "I16", "U16", "I32", "U32"})
# What bitsandbytes, GPTQ, quanto and ComfyUI note beside the weights.
_SCALES = re.compile(
    r"(^|[._])(SCB|absmax|quant_map|qweight|qzeros|weight_scale(_inv)?|scale_weight|scaled_fp8"
    r"|weight\._(data|scale))$|\.quant_state\."
)


def refuse_quantized(checkpoint: Checkpoint, part: str, prefixes: tuple[str, ...] = ("",)) -> None:
    """Raise ModelUnavailable if a part's safetensors files hold quantized weights.

    Headers are read only. prefixes: of the part's names in them. Where the part's config.json says
    how it was quantized, the libraries read it as that says, or say why not.
    """
    if checkpoint.read_json(part, "config.json").get("quantization_config"):
        return
    for file in checkpoint.weight_files(part):
        try:
            header = read_header(file) if file.suffix == ".safetensors" else {}
        except ModelUnavailable:  # damaged: who reads the weights says so
            continue
        if found := quantized_weight(header, prefixes):
            raise ModelUnavailable(
                f"{part} of {checkpoint.name} is a quantized copy ({found}): its numbers are steps"
                " of a size that is noted elsewhere, which is not read here. Use the copy in"
                " float16, bfloat16 or float32."
            )


def quantized_weight(
    header: Mapping[str, Mapping[str, Any]], prefixes: tuple[str, ...] = ("",)
) -> str | None:
    """Return the first name, and type, in a header that only a quantized copy has."""
    for name, entry in header.items():
        if not name.startswith(prefixes) or name.endswith("position_ids"):
            continue
        if entry.get("dtype") in _INTEGERS or _SCALES.search(name):
            return f"{name}, {entry.get('dtype')}"
    return None


def refuse_non_numbers(name: str, part: str, network: torch.nn.Module) -> None:
    """Raise ModelUnavailable if a weight is infinite or not a number."""
    for weight, value in network.named_parameters():
        if not math.isfinite(float(value.detach().sum(dtype=torch.float32))):
            raise ModelUnavailable(
                f"{part} of {name} has a weight that is not a number ({weight}): every picture"
                " would be black. It was merged or converted badly, or its numbers are too large"
                f" for {str(value.dtype).removeprefix('torch.')}; use another copy."
            )
