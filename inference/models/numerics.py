"""Say what decides how a painter's numbers are rounded, since a seed alone does not.

Precision, order in memory, threads, the processor and the library that computes: the same words on
two workers mean the same picture from the same request, other words a picture that may differ a
little.
"""

from __future__ import annotations

from importlib.metadata import version

import torch

from inference.models import choices
from inference.models.model import Model

_DTYPES = {"f32": "float32", "bf16": "bfloat16"}  # OpenVINO's names


def precision_of(model: Model) -> str:
    """Return the type of number that the UNet computes in: "float32", "bfloat16", "float16"."""
    return _DTYPES.get(model.precision) or _short(model.dtype)


def of_model(model: Model) -> str:
    """Describe the numbers of a model that the engine paints with."""
    precision = precision_of(model)
    if model.vae_dtype not in (None, model.dtype):
        precision += f" (decoder {_short(model.vae_dtype)})"
    compiled = "compiled" if model.runtime == "torch" and model.pad_to else ""
    return describe(
        model.name, model.device, precision, model.runtime, compiled, model.memory_order
    )


def describe(
    name: str, device: torch.device, precision: str, runtime: str = "torch", *details: str
) -> str:
    """Describe the numbers of a model. runtime: the package that computes. details: more words."""
    words = [name, precision, f"{runtime} {version(runtime)}", *filter(None, details)]
    if device.type == "cuda":
        words.append(torch.cuda.get_device_name(device))
    else:
        words.append(f"{device.type} {choices.processor()}, {torch.get_num_threads()} threads")
    return ", ".join(words)


def _short(dtype: torch.dtype | None) -> str:
    return str(dtype).removeprefix("torch.")
