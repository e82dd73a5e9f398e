"""What may be added to a checkpoint: LoRAs, merged into its weights, and a tiny autoencoder."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from os.path import expanduser, isdir, isfile  # quiet about a name that is too long
from pathlib import Path
from typing import Any

import torch

from inference.errors import ModelUnavailable
from inference.models.hub import download_files
from inference.models.lora_file import PEFT_CONFIG, LowRank, read_lora
from inference.models.lora_merge import merge_pairs

_LORA_FILE = "pytorch_lora_weights.safetensors"  # as diffusers saves one
_LOST = 0.05  # of the squared norm of all changes; rounding to the model's type stays far below
_TINY_FILES = ["config.json", "diffusion_pytorch_model.safetensors"]


@dataclass(frozen=True)
class Lora:
    """One entry of the setting LORA: a file, a folder or a hub id, and how strongly it counts."""

    source: str
    scale: float


def parse_loras(text: str | None) -> list[Lora]:
    """Read "path-or-id[:scale],…" in order; scale is 1 where it is left out.

    Raises ModelUnavailable for a scale that is no finite number.
    """
    adapters = []
    for entry in (text or "").split(","):
        source, colon, scale = entry.strip().rpartition(":")
        if not colon:
            source, scale = scale, "1"
        source = source.strip()
        if not source:
            continue
        if (number := _finite(scale)) is None:
            raise ModelUnavailable(
                f"LORA names {source!r} with the scale {scale!r}, which is not a number. The form"
                " is path-or-id:0.8, and a comma between two."
            )
        adapters.append(Lora(source, number))
    return adapters


def _finite(text: str) -> float | None:
    """Return a number; None if it is none, or "nan" or "inf", which would spoil every weight."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def merge_loras(pipe: Any, loras: list[Lora], token: str | None = None) -> None:
    """Merge LoRAs into a pipeline's weights, for good: painting is as fast as without them.

    pipe: any diffusers pipeline whose family has LoRAs. Raises ModelUnavailable when a file is not
    there, not a LoRA, or of another family of models, and when a part of it would be lost.
    """
    if type(getattr(pipe, "unet", None)).__name__ == "UNet2DConditionModel":
        names = ("unet", "text_encoder", "text_encoder_2")
        _merge({name: getattr(pipe, name, None) for name in names}, loras, token)
        return
    for number, lora in enumerate(loras):
        _merge_with_diffusers(pipe, f"lora{number}", lora, token)


def merge_into_parts(
    unet: Any,
    text_encoder: Any,
    loras: list[Lora],
    token: str | None,
    text_encoder_2: Any = None,
) -> None:
    """Merge LoRAs into the parts of a Stable Diffusion that are used without a pipeline."""
    parts = {"unet": unet, "text_encoder": text_encoder, "text_encoder_2": text_encoder_2}
    _merge(parts, loras, token)


def _merge(parts: dict[str, Any], loras: list[Lora], token: str | None) -> None:
    for lora in loras:
        pairs = read_lora(_find(lora.source, token), lora.source)
        merge_pairs(parts, pairs, lora.scale, lora.source)


def _merge_with_diffusers(pipe: Any, name: str, lora: Lora, token: str | None) -> None:
    """For families whose layers diffusers renames: what it loaded is compared with the file."""
    file = _find(lora.source, token)
    wanted = sum(pair.norm_squared() for pair in read_lora(file, lora.source))
    try:
        with warnings.catch_warnings():  # no weight for a part that this LoRA leaves alone
            warnings.simplefilter("ignore")
            pipe.load_lora_weights(str(file.parent), weight_name=file.name, adapter_name=name)
            loaded = _loaded_norm_squared(pipe, name)
            pipe.fuse_lora(lora_scale=lora.scale, adapter_names=[name])
            pipe.unload_lora_weights()
    except Exception as error:
        what = str(error).partition("\n")[0]
        raise ModelUnavailable(
            f"The LoRA {lora.source} cannot be merged ({type(error).__name__}: {what}). It"
            " may be made for another family of models, or be damaged."
        ) from error
    if not loaded:
        raise ModelUnavailable(
            f"The LoRA {lora.source} changes no weight of this model: it is made for another"
            " family of models."
        )
    if abs(loaded - wanted) > _LOST * wanted:
        raise ModelUnavailable(
            f"Of the LoRA {lora.source} only {loaded / wanted:.0%} would be merged: diffusers reads"
            " some of its layers or alphas otherwise than the file says. Use another file of it."
        )


def _loaded_norm_squared(pipe: Any, adapter: str) -> float:
    """Return the squared norm of all changes that diffusers has loaded; splitting layers keeps
    it.
    """
    total = 0.0
    parts = [part for part in pipe.components.values() if isinstance(part, torch.nn.Module)]
    for part in parts:
        layer: Any  # peft's
        for layer in part.modules():
            if adapter in getattr(layer, "lora_A", {}):
                down, up = layer.lora_A[adapter].weight, layer.lora_B[adapter].weight
                pair = LowRank("", "", down.detach(), up.detach(), layer.scaling[adapter])
                total += pair.norm_squared()
    return total


def load_tiny_vae(
    source: str, config: dict[str, Any], dtype: torch.dtype, token: str | None = None
) -> Any:
    """Return an AutoencoderTiny (TAESD) for latents of the autoencoder with this config.json.

    Raises ModelUnavailable when there is none, or when its latents are of another shape.
    """
    from diffusers import AutoencoderTiny

    folder = _tiny_folder(source, token)
    try:
        vae = AutoencoderTiny.from_pretrained(str(folder), torch_dtype=dtype, local_files_only=True)
    except Exception as error:
        raise ModelUnavailable(
            f"TINY_VAE_MODEL={source} cannot be loaded ({type(error).__name__}: {error})."
            " It must be a folder or a repository of diffusers' AutoencoderTiny."
        ) from error
    own = int(config.get("latent_channels", 4)), len(config.get("block_out_channels", [0] * 4))
    its = int(vae.config.latent_channels), len(vae.config.decoder_block_out_channels)
    if own != its:
        raise ModelUnavailable(
            f"TINY_VAE_MODEL={source} has {its[0]} channels and shrinks by"
            f" {2 ** (its[1] - 1)}; this model's autoencoder has {own[0]} and"
            f" shrinks by {2 ** (own[1] - 1)}. taesd is for"
            " Stable Diffusion 1.x and 2.x, taesdxl for SDXL."
        )
    return vae


def _find(source: str, token: str | None) -> Path:
    """Return the LoRA's file: source is a file, a folder, owner/name, or owner/name/file.

    A hub's may be owner/name@commit or owner/name@commit/file.
    """
    path = Path(expanduser(source))
    if isfile(path):
        return path
    if isdir(path):
        return _only_file(source, [*path.glob("*.safetensors")])
    parts = source.split("/")
    if len(parts) < 2 or source.startswith((".", "/", "~")):
        raise ModelUnavailable(
            f"LORA names {source}, where nothing is, and which is not a hub id of the form"
            " owner/name, owner/name@commit or owner/name/file.safetensors."
        )
    wanted = "/".join(parts[2:]) or "*.safetensors"
    beside = wanted.rpartition("/")[0] + "/" + PEFT_CONFIG
    folder = download_files("/".join(parts[:2]), [wanted, beside.lstrip("/")], token, "LORA")
    if len(parts) > 2:
        return folder / wanted
    return _only_file(source, [*folder.glob("*.safetensors")])


def _only_file(source: str, files: list[Path]) -> Path:
    named = [file for file in files if file.name == _LORA_FILE] or files
    if len(named) != 1:
        names = ", ".join(sorted(file.name for file in files)) or "none"
        raise ModelUnavailable(
            f"LORA names {source}, which must hold one .safetensors file; there are: {names}."
            " Name the file as well: .../file.safetensors."
        )
    return named[0]


def _tiny_folder(source: str, token: str | None) -> Path:
    path = Path(expanduser(source))
    if isdir(path):
        return path
    if isfile(path):
        raise ModelUnavailable(
            f"TINY_VAE_MODEL names {source}, which is a file: set it to the folder of an"
            " AutoencoderTiny in diffusers' layout, with its config.json."
        )
    if source.count("/") != 1 or source.startswith((".", "/", "~")):
        raise ModelUnavailable(
            f"TINY_VAE_MODEL names {source}, where no folder is, and which is not a hub id."
        )
    return download_files(source, _TINY_FILES, token, "TINY_VAE_MODEL")
