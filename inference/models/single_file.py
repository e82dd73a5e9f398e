"""Tell what a checkpoint in one file is, from its header alone. No torch.

Such files hold the weights of all parts under the names of the original code, and nothing else:
the settings and the vocabulary of the two families that are known lie in the folder layouts.

Format: https://huggingface.co/docs/safetensors/index#format
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inference.errors import ModelUnavailable

LAYOUTS = Path(__file__).parent / "layouts"
UNET = "model.diffusion_model."
VAE = "first_stage_model."
SD1_TEXT = "cond_stage_model.transformer."
SDXL_TEXT = "conditioner.embedders.0.transformer."
SDXL_TEXT_2 = "conditioner.embedders.1.model."
_MAX_HEADER_BYTES = 100_000_000  # what the format allows
_CHANNELS = 4
_EMBEDDING = "text_model.embeddings.token_embedding.weight"
# In a file's metadata, by different programs: what the UNet predicts.
_PREDICTION_NOTES = (
    "modelspec.prediction_type",
    "modelspec.predict_key",
    "ss_v_parameterization",
)
_VELOCITY = {"v", "v_prediction", "true"}
_CONVERT = "Use its folder in diffusers' layout instead."


_TRANSFORMERS = ("double_blocks.", "transformer_blocks.", "joint_blocks.", "context_refiner.")
_KINDS = {  # by what only its names have, the first that fits
    r"lora_|hada_|lokr_|[._]b?oft_|dora_scale": (
        "it is a LoRA, not a model: set LORA to it, and MODEL to what it was made for."
    ),
    r"^(emb_params|clip_[gl]|string_to_param)$|^<.+>$": (
        "it is an embedding (textual inversion), which is not read here."
    ),
    r"ip_adapter|image_proj": "it is an IP-Adapter, which is not read here.",
    r"^control_model|^controlnet|zero_convs|input_hint": (
        "it is a ControlNet, which is not read here."
    ),
    r"^first_stage_model\.": "it is an autoencoder alone. Use a whole model.",
    r"^(down_blocks|decoder|encoder|text_model)\.": (
        "it is one part of a model in diffusers' layout: set MODEL to the folder above."
    ),
}


def identify(file: Path) -> str:
    """Return the layout of a one-file checkpoint: "sd1" or "sdxl".

    Raises ModelUnavailable for a file that is damaged or of another kind, saying of which.
    """
    header = read_header(file)
    reason = _damage(file, header) or _other_kind(header)
    if reason:
        raise _unusable(file, reason)
    return "sdxl" if any(name.startswith(SDXL_TEXT_2) for name in header) else "sd1"


def scheduler_changes(file: Path) -> dict[str, Any]:
    """Return what the file says of its training that its family's scheduler_config.json does not.

    Whether the UNet predicts the velocity, which trainers note in the file's metadata, or by
    weights without numbers; and whether its noise began at nothing but noise (zero terminal SNR,
    https://arxiv.org/abs/2305.08891). Painted as the noise, a velocity is a grey mist.
    """
    header = _read_table(file)
    metadata = header.get("__metadata__")
    notes = metadata if isinstance(metadata, dict) else {}
    noted = {str(notes.get(name)).lower() for name in _PREDICTION_NOTES}
    if "v_pred" not in header and not noted & _VELOCITY:
        return {}
    changes: dict[str, Any] = {"prediction_type": "v_prediction"}
    if "ztsnr" in header:
        changes |= {
            "_class_name": "EulerDiscreteScheduler",  # PNDM knows nothing of it
            "rescale_betas_zero_snr": True,
            "timestep_spacing": "trailing",
        }
    return changes


def is_git_lfs_pointer(file: Path) -> bool:
    """Return whether a file is what Git leaves where the weights were not fetched."""
    with file.open("rb") as opened:
        return opened.read(8).startswith(b"version ")


def read_header(file: Path) -> dict[str, dict[str, Any]]:
    """Return name -> dtype, shape and data_offsets of every tensor. Raises ModelUnavailable."""
    table = _read_table(file)
    header = {name: entry for name, entry in table.items() if name != "__metadata__"}
    if not header or not all(map(_is_entry, header.values())):
        raise _unusable(file, "its header names no weights. Download it again.")
    return header


def _read_table(file: Path) -> dict[str, Any]:
    if file.suffix in {".ckpt", ".pt", ".pth", ".bin"}:
        raise _unusable(
            file, "such files can hold programs; only .safetensors is read. Convert it first."
        )
    try:
        with file.open("rb") as opened:
            beginning = opened.read(8)
            length = int.from_bytes(beginning, "little")
            if is_git_lfs_pointer(file):
                raise _unusable(
                    file, "it is a pointer of Git LFS, not the file itself: git lfs pull"
                )
            if beginning.startswith(b"GGUF"):
                raise _unusable(file, f"it is a GGUF file, whose weights are quantized. {_CONVERT}")
            if len(beginning) < 8 or not 2 <= length <= _MAX_HEADER_BYTES:
                raise _unusable(
                    file, "it is not a safetensors file, or damaged. Download it again."
                )
            table = json.loads(opened.read(length))
    except OSError as error:
        raise _unusable(file, f"it cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise _unusable(
            file, "its header is damaged, or it is no safetensors file. Download it again."
        ) from error
    return table if isinstance(table, dict) else {}


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    offsets, shape = entry.get("data_offsets"), entry.get("shape")
    if not (isinstance(offsets, list) and len(offsets) == 2 and isinstance(shape, list)):
        return False
    return all(isinstance(number, int) and number >= 0 for number in (*offsets, *shape))


def _damage(file: Path, header: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return what is wrong with the file's length."""
    with file.open("rb") as opened:
        start = 8 + int.from_bytes(opened.read(8), "little")
    wanted = start + max(entry["data_offsets"][1] for entry in header.values())
    size = file.stat().st_size
    if size >= wanted:
        return None
    return f"it is cut off: {size} of {wanted} bytes are there. Download it again."


def _other_kind(header: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return what the file is instead of a whole Stable Diffusion 1.x or SDXL."""

    def has(*beginnings: str) -> bool:
        return any(name.startswith(beginnings) for name in header)

    if not has(UNET):
        return _part_or_addition(header)
    if has(*(f"{UNET}{name}" for name in _TRANSFORMERS)):
        return f"it is a transformer of another family. {_CONVERT}"
    if has("conditioner.embedders.0.model."):
        return "it is SDXL's refiner, which only finishes other models' pictures. Use the base."
    if has("edm_"):
        return f"it was trained with another kind of noise (EDM). {_CONVERT}"
    if has("cond_stage_model.model."):
        return f"it is a Stable Diffusion 2.x, which is read from a folder only. {_CONVERT}"
    if not has(VAE):
        return f"it has no autoencoder ({VAE}...). {_CONVERT}"
    if not has(SD1_TEXT) and not (has(SDXL_TEXT) and has(SDXL_TEXT_2)):
        return f"it has no text encoder that is known here. {_CONVERT}"
    first = header.get(f"{UNET}input_blocks.0.0.weight", {}).get("shape", [0, _CHANNELS])
    if first[1:2] != [_CHANNELS]:
        return (
            f"its UNet takes {first[1:2]} channels instead of {_CHANNELS}: a model for inpainting"
        )
    return _foreign_vocabulary(header)


def _foreign_vocabulary(header: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Only CLIP's own vocabulary is known: one file does not hold a tokenizer."""
    wanted = clip_vocabulary_size()
    for name in (f"{SD1_TEXT}{_EMBEDDING}", f"{SDXL_TEXT}{_EMBEDDING}"):
        size = header[name]["shape"][0] if name in header and header[name]["shape"] else wanted
        if size != wanted:
            return (
                f"its text encoder has a vocabulary of {size} tokens instead of CLIP's {wanted},"
                f" and one file holds no tokenizer. {_CONVERT}"
            )
    return None


def clip_vocabulary_size() -> int:
    """Return the tokens of CLIP: 256 bytes twice, a token for each merge, and two special ones."""
    lines = (LAYOUTS / "clip" / "merges.txt").read_text(encoding="utf-8").splitlines()
    return 512 + len([line for line in lines[1:] if line]) + 2


def _part_or_addition(header: Mapping[str, Mapping[str, Any]]) -> str:
    names = list(header)
    for kind, said in _KINDS.items():
        if any(re.search(kind, name) for name in names):
            return said
    if any(name.startswith(_TRANSFORMERS) for name in names):
        return f"it is a transformer of another family. {_CONVERT}"
    return (
        f"it holds none of the names of a Stable Diffusion ({UNET}...), but {names[0]!r} and"
        f" {len(names) - 1} others. Known are Stable Diffusion 1.x and SDXL in one file."
    )


def _unusable(file: Path, reason: str) -> ModelUnavailable:
    return ModelUnavailable(f"The file {file} cannot be used as MODEL: {reason}")
