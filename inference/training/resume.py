"""Go on from an exported folder: make of it the checkpoints that the stages would have left.

`python -m inference.training resume --work DIR` takes inference/mame (or --source FOLDER). Words
that captions have got since are added to its tokenizer and text encoder (vocabulary.py). After it
contrastive, steady and decoder count as done, and the UNet's training begins anew, from the
exported average. `all` then renders, composes and trains on. To steady the encoder further, remove
DIR/steady.pt.

Where guidance was distilled into the folder's UNet, `distil` goes on as well, from what it learned;
`diffusion` begins from its plain UNet, that of a guidance scale of 1.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch

from inference.training.autoencoder import build_autoencoder
from inference.training.checkpoint import save_state
from inference.training.config import Config
from inference.training.contrastive import build_towers
from inference.training.diffusion import build_unet
from inference.training.distillation import forget_scale
from inference.training.vocabulary import grow, name_aloud, widened

TOLD = "time_cond_proj_dim"  # in the config of a UNet that takes the guidance scale
THINGS_OF_OLD = 197  # what 2.3 knew, whose mame.json does not tell it


def resume(config: Config, source: Path) -> None:
    """Fill config.work from a folder that `export` wrote.

    Raises SystemExit where the work folder has a UNet already, which would be lost, or where the
    folder holds a model of another size than the config's.
    """
    if (config.work / "diffusion.pt").exists():
        raise SystemExit(f"{config.work} has a UNet already: remove its diffusion.pt first.")
    shutil.copyfile(source / "tokenizer" / "spiece.model", config.work / "spiece.model")
    described = json.loads((source / "mame.json").read_text("utf-8"))
    fresh = grow(config.work, described.get("things", THINGS_OF_OLD))
    towers, pieces = build_towers(config)
    unet, vae = build_unet(config), build_autoencoder(config)
    weights = "diffusion_pytorch_model.safetensors"
    told = bool(json.loads((source / "unet" / "config.json").read_text("utf-8"))[TOLD])
    fill(towers.text_encoder, source / "text_encoder" / "model.safetensors", len(pieces))
    name_aloud(towers.text_encoder, pieces, fresh, config.work)
    print(f"resume: {len(fresh)} new pieces: {' '.join(fresh)}", flush=True)
    if told:
        pupil = build_unet(config, takes_scale=True)
        fill(pupil, source / "unet" / weights)
        unet.load_state_dict(forget_scale(pupil.state_dict()))
        began = untouched(pupil.parameters())
        keep(config, "distil", 0.0, unet=pupil, smooth=pupil, optimizer=began)
    else:
        fill(unet, source / "unet" / weights)
    fill(vae, source / "vae" / weights)
    # The small CNN beside the encoder was not exported; only `contrastive` would need it.
    keep(config, "contrastive", 1.0, model=towers, optimizer=untouched(towers.parameters(), 0.02))
    steadied = untouched(towers.text_encoder.parameters())
    keep(config, "steady", 1.0, model=towers, optimizer=steadied)
    started = untouched(unet.parameters())
    keep(config, "diffusion", 0.0, unet=unet, smooth=unet, optimizer=started)
    keep(config, "vae", 0.0, model=vae)
    learned = [*vae.decoder.parameters(), *vae.post_quant_conv.parameters()]
    keep(config, "decoder", 1.0, model=vae, optimizer=untouched(learned, 0.0))
    # quant_conv was set to (x - mean) / spread: see thumbnails.py.
    spread = 1 / vae.quant_conv.weight.detach().flatten(1)[:4, :4].diagonal()
    mean = -vae.quant_conv.bias.detach()[:4] * spread
    kept = {"mean": mean[:, None, None].clone(), "spread": spread[:, None, None].clone()}
    torch.save(kept, config.work / "normal.pt")
    print(f"resume: {config.work} goes on from {source}", flush=True)


def fill(model: Any, path: Path, pieces: int = 0) -> None:
    """Load weights in half precision into a model of float32, which must have their shapes.

    pieces: how many the tokenizer of a text encoder has by now.
    """
    from safetensors.torch import load_file

    state = load_file(path)
    try:
        model.load_state_dict(widened(state, pieces) if pieces else state)
    except RuntimeError as error:
        raise SystemExit(f"{path} is not of this size: {error}") from error


def keep(config: Config, stage: str, done: float, **parts: Any) -> None:
    """The checkpoint that a stage would have left."""
    save_state(config.work / f"{stage}.pt", done, parts)


def untouched(weights: Iterable[torch.nn.Parameter], decay: float = 0.01) -> torch.optim.AdamW:
    """An optimizer that has not moved anything yet, with the weight decay of its stage."""
    return torch.optim.AdamW(weights, weight_decay=decay, fused=True)
