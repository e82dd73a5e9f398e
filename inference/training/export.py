"""Write the trained parts as a diffusers folder of the very shape of rinna's model."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch

from inference.training.autoencoder import load_autoencoder
from inference.training.captions import load_things
from inference.training.checkpoint import load_state
from inference.training.config import Config
from inference.training.contrastive import build_towers
from inference.training.diffusion import build_scheduler, build_unet
from inference.training.distillation import MOST
from inference.training.steady import encoder_of
from inference.training.tokenizer import MAX_TOKENS

VERSION = "2.6"
LICENCE = "CC-BY-4.0"  # the strictest of the pictures' licences: Twemoji's

SPECIAL_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"} | {
    "pad_token": "[PAD]"
}
TOKENIZER_CONFIG: dict[str, Any] = SPECIAL_TOKENS | {
    "additional_special_tokens": [],
    "do_lower_case": True,
    "extra_ids": 0,
    "model_max_length": MAX_TOKENS,
    "tokenizer_class": "T5Tokenizer",
}
MODEL_INDEX: dict[str, Any] = {
    "_class_name": "StableDiffusionPipeline",
    "_diffusers_version": "0.42.1",
    "feature_extractor": [None, None],
    "image_encoder": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "DDIMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "T5Tokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


def export(config: Config, out: Path) -> None:
    """Write the whole folder beside itself first, then move each file over in one instant."""
    out.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".fresh-", dir=out))
    try:
        done = write_models(config, fresh)
        write_words(config, fresh)
        write_json(fresh / "model_index.json", MODEL_INDEX)
        write_json(fresh / "mame.json", describe(config, done))
        for file in sorted(path for path in fresh.rglob("*") if path.is_file()):
            place = out / file.relative_to(fresh)
            place.parent.mkdir(parents=True, exist_ok=True)
            file.chmod(0o644)
            os.replace(file, place)
    finally:
        shutil.rmtree(fresh)
    total = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"export: {out} {total / 1e6:.1f} MB, training {done:.0%} done", flush=True)


def write_models(config: Config, out: Path) -> float:
    """Autoencoder, averaged UNet, text encoder in half precision; the share trained so far."""
    towers, _ = build_towers(config)
    load_state(encoder_of(config), {"model": towers})
    unet, checkpoint = build_unet(config), config.work / "diffusion.pt"
    if takes_scale(config):
        unet, checkpoint = build_unet(config, takes_scale=True), config.work / "distil.pt"
    done = load_state(checkpoint, {"smooth": unet})
    models = {"unet": unet, "text_encoder": towers.text_encoder, "vae": load_autoencoder(config)}
    for name, model in models.items():
        model.to(torch.float16).save_pretrained(
            out / name, safe_serialization=True, max_shard_size="45MB"
        )
    build_scheduler().save_pretrained(out / "scheduler")
    return done


def write_words(config: Config, out: Path) -> None:
    """The raw SentencePiece model, as rinna's folder has it; save_pretrained would drop it."""
    folder = out / "tokenizer"
    folder.mkdir()
    shutil.copyfile(config.work / "spiece.model", folder / "spiece.model")
    write_json(folder / "tokenizer_config.json", TOKENIZER_CONFIG)
    write_json(folder / "special_tokens_map.json", SPECIAL_TOKENS)


def takes_scale(config: Config) -> bool:
    """Whether guidance was distilled into the UNet."""
    return (config.work / "distil.pt").exists()


def describe(config: Config, done: float) -> dict[str, Any]:
    """What the painter needs to know beyond a diffusers folder."""
    return {
        "name": "mame",
        "version": VERSION,
        "licence": LICENCE,
        "native_size": config.size,
        "square": True,
        "min_output_side": 512,
        "sharpen": True,
        "default_steps": config.steps,
        "default_guidance": config.guidance,
        "distilled_guidance": MOST if takes_scale(config) else 0.0,
        "scheduler": "ddim",
        "things": len(load_things(config.work)),
        "trained": round(done, 3),
    }


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Readable JSON with a final newline."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")
