"""What may be added to a checkpoint: LoRAs, merged into its weights, and a tiny autoencoder."""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from inference.checkpoint import ModelUnavailable

_LORA_FILE = "pytorch_lora_weights.safetensors"  # as diffusers saves one
_TINY_FILES = ["config.json", "diffusion_pytorch_model.safetensors"]


@dataclass(frozen=True)
class Lora:
    """One entry of the setting LORA: a file, a folder or a hub id, and how strongly it counts."""

    source: str
    scale: float


def parse_loras(text: str | None) -> list[Lora]:
    """ "path-or-id[:scale],..." in order; scale is 1 where it is left out.

    Raises ModelUnavailable for a scale that is no number.
    """
    found = []
    for entry in (text or "").split(","):
        source, colon, scale = entry.strip().rpartition(":")
        if not colon:
            source, scale = scale, "1"
        if not source:
            continue
        try:
            found.append(Lora(source, float(scale)))
        except ValueError:
            raise ModelUnavailable(
                f"LORA names {source!r} with the scale {scale!r}, which is not a number. The form"
                " is path-or-id:0.8, and a comma between two."
            ) from None
    return found


def merge_loras(pipe: Any, loras: list[Lora], token: str | None = None) -> None:
    """Merge LoRAs into a pipeline's weights, for good: painting is as fast as without them.

    pipe: any diffusers pipeline whose family has LoRAs. Raises ModelUnavailable when a file is not
    there, not a LoRA, or of another family of models.
    """
    for number, lora in enumerate(loras):
        name = f"lora{number}"
        file = _find(lora.source, token)
        before = _fingerprint(pipe)
        try:
            with warnings.catch_warnings():  # no weight for a part that this LoRA leaves alone
                warnings.simplefilter("ignore")
                pipe.load_lora_weights(str(file.parent), weight_name=file.name, adapter_name=name)
                touched = bool(pipe.get_list_adapters())
                pipe.fuse_lora(lora_scale=lora.scale, adapter_names=[name])
                pipe.unload_lora_weights()
        except Exception as error:
            what = str(error).partition("\n")[0]
            raise ModelUnavailable(
                f"The LoRA {lora.source} cannot be merged ({type(error).__name__}: {what}). It"
                " may be made for another family of models, or be damaged."
            ) from error
        if not touched or (lora.scale and _fingerprint(pipe) == before):
            raise ModelUnavailable(
                f"The LoRA {lora.source} changes no weight of this model: it is made for another"
                " family of models."
            )


def merge_into_parts(unet: Any, text_encoder: Any, loras: list[Lora], token: str | None) -> None:
    """merge_loras for the parts of a Stable Diffusion 1.x that are used without a pipeline."""
    from diffusers import DDIMScheduler, StableDiffusionPipeline

    pipe = StableDiffusionPipeline(
        vae=None,
        text_encoder=text_encoder,
        tokenizer=None,
        unet=unet,
        scheduler=DDIMScheduler(steps_offset=1, clip_sample=False),  # unused, but wanted
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    merge_loras(pipe, loras, token)


def tiny_vae(
    source: str, config: dict[str, Any], dtype: torch.dtype, token: str | None = None
) -> Any:
    """An AutoencoderTiny (TAESD) for latents of the autoencoder with this config.json.

    Raises ModelUnavailable when there is none, or when its latents are of another shape.
    """
    from diffusers import AutoencoderTiny

    folder = _tiny_folder(source, token)
    try:
        vae = AutoencoderTiny.from_pretrained(str(folder), torch_dtype=dtype, local_files_only=True)
    except Exception as error:
        raise ModelUnavailable(
            f"TINY_VAE={source} cannot be loaded ({type(error).__name__}: {error}). It must be a"
            " folder or a repository of diffusers' AutoencoderTiny."
        ) from error
    own = int(config.get("latent_channels", 4)), len(config.get("block_out_channels", [0] * 4))
    its = int(vae.config.latent_channels), len(vae.config.decoder_block_out_channels)
    if own != its:
        raise ModelUnavailable(
            f"TINY_VAE={source} has {its[0]} channels and shrinks by {2 ** (its[1] - 1)}; this"
            f" model's autoencoder has {own[0]} and shrinks by {2 ** (own[1] - 1)}. taesd is for"
            " Stable Diffusion 1.x and 2.x, taesdxl for SDXL."
        )
    return vae


def _find(source: str, token: str | None) -> Path:
    """The LoRA's file: source is a file, a folder, owner/name, or owner/name/file."""
    path = Path(source).expanduser()
    if path.is_file():
        return path
    if path.is_dir():
        return _only_file(source, [*path.glob("*.safetensors")])
    parts = source.split("/")
    if len(parts) < 2 or source.startswith((".", "/", "~")):
        raise ModelUnavailable(
            f"LORA names {source}, where nothing is, and which is not a hub id of the form"
            " owner/name or owner/name/file.safetensors."
        )
    wanted = "/".join(parts[2:]) or "*.safetensors"
    folder = _download("/".join(parts[:2]), [wanted], token, "LORA")
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
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    if source.count("/") != 1 or source.startswith((".", "/", "~")):
        raise ModelUnavailable(
            f"TINY_VAE names {source}, where no folder is, and which is not a hub id."
        )
    return _download(source, _TINY_FILES, token, "TINY_VAE")


def _download(repository: str, patterns: list[str], token: str | None, setting: str) -> Path:
    from huggingface_hub import snapshot_download

    endpoint = os.environ.get("HF_ENDPOINT") or None
    try:
        return Path(
            snapshot_download(repository, allow_patterns=patterns, token=token, endpoint=endpoint)
        )
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise ModelUnavailable(
            f"{setting} names {repository}, which could not be downloaded ({reason}). Check the"
            " spelling and the network connection, or set it to a folder."
        ) from error


def config_of(folder: Path) -> dict[str, Any]:
    """The config.json of a part of a checkpoint."""
    table: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return table


def _fingerprint(pipe: Any) -> tuple[float, ...]:
    parts = [it for it in pipe.components.values() if isinstance(it, torch.nn.Module)]
    return tuple(
        float(weight.detach().double().abs().sum())
        for part in parts
        for weight in part.parameters()
    )
