"""A full-size Stable Diffusion 1.x checkpoint with random weights: as fast as a trained one."""

from __future__ import annotations

import inference  # noqa: F401  # before torch: it sets how torch's threads wait

# isort: split
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import torch

from inference.models.checkpoint import EMBEDDED
from inference.models.tokenizer import load_tokenizer

PEAK_STEPS = {"plain": 54.5, "compiled": 66.0, "stable-fast": 104.6}  # published for an H100
_SCHEDULER = {
    "_class_name": "EulerDiscreteScheduler",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "steps_offset": 1,
}


def make_sd1(folder: Path, dtype: torch.dtype = torch.float16) -> Path:
    """Write the checkpoint, in about a minute. The tokenizer is that of the embedded model."""
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(EMBEDDED / "tokenizer", folder / "tokenizer", dirs_exist_ok=True)
    largest = load_tokenizer(folder / "tokenizer").max_id
    text = CLIPTextConfig(
        vocab_size=max(49408, largest + 1),
        hidden_size=768,
        intermediate_size=3072,
        num_hidden_layers=12,
        num_attention_heads=12,
        max_position_embeddings=77,
    )
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        parts: dict[str, Any] = {
            "text_encoder": CLIPTextModel(text),
            "unet": UNet2DConditionModel(sample_size=64, cross_attention_dim=768),
            "vae": AutoencoderKL(
                block_out_channels=(128, 256, 512, 512),
                down_block_types=("DownEncoderBlock2D",) * 4,
                up_block_types=("UpDecoderBlock2D",) * 4,
                layers_per_block=2,
                latent_channels=4,
                sample_size=512,
            ),
        }
    finally:
        torch.set_default_dtype(before)
    for name, part in parts.items():
        part.to(dtype).save_pretrained(str(folder / name))
    index = {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.42.1",
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "T5Tokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "scheduler": ["diffusers", "EulerDiscreteScheduler"],
    }
    (folder / "scheduler").mkdir(exist_ok=True)
    for name, table in (
        ("model_index.json", index),
        ("scheduler/scheduler_config.json", _SCHEDULER),
    ):
        (folder / name).write_text(json.dumps(table, indent=1), encoding="utf-8")
    return folder


if __name__ == "__main__":
    print(make_sd1(Path(sys.argv[1])))
