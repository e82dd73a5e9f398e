"""Say what a pipeline is and can do: from the catalog, the checkpoint and the pipeline itself."""

from __future__ import annotations

from typing import Any

import torch

from inference.models import numerics
from inference.models.catalog import ModelInfo
from inference.models.checkpoint import Checkpoint
from inference.pipelines import signatures
from inference.pipelines.image_start import ImagePipelines


def describe(
    pipe: Any,
    checkpoint: Checkpoint,
    device: torch.device,
    from_images: ImagePipelines,
    *,
    checks: bool,
) -> ModelInfo:
    """Return what the painter says of its model. checks: whether it has a safety checker."""
    entry, own = checkpoint.catalog_entry(), checkpoint.read_json("mame.json")
    english = entry.japanese is False if entry else signatures.reads_english_only(pipe)
    size = entry.size if entry else signatures.native_size(pipe)
    steps = entry.steps if entry else signatures.default_steps(pipe)
    guidance = entry.guidance if entry else signatures.default_guidance(pipe)
    dtype = str(pipe.dtype).removeprefix("torch.")
    return ModelInfo(
        name=checkpoint.name,
        device=str(device),
        dtype=dtype,
        native_size=int(own.get("native_size", size)),
        default_steps=int(own.get("default_steps", steps)),
        default_guidance=float(own.get("default_guidance", guidance)),
        license=checkpoint.license(),
        safety_checker=checks,
        english_only=english,
        image_to_image=from_images.image is not None,
        inpainting=from_images.mask is not None,
        numerics=numerics.describe(checkpoint.name, device, dtype),
    )
