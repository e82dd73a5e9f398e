"""Read a LoRA file in any of its spellings into low-rank pairs: kohya's, diffusers', PEFT's.

Nothing is skipped: what is not understood is refused, since a LoRA merged in part, or at another
strength than its file says, paints something else and tells nobody.

LoRA: https://arxiv.org/abs/2106.09685. Convolutions (LoCon): https://arxiv.org/abs/2309.14859
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from inference.errors import ModelUnavailable
from inference.models.single_file import is_git_lfs_pointer

_PAIR = re.compile(
    r"^(?P<module>.+?)"
    r"(?:\.lora_(?P<kohya>down|up)|\.lora_(?P<peft>A|B)(?:\.\w++)?"
    r"|[._]lora\d?\.(?P<old>down|up)|\.lora_linear_layer\.(?P<text>down|up))"
    r"\.weight"
)
_ALPHA = re.compile(r"^(?P<module>.+?)(?:[._]lora(?:_linear_layer)?)?\.alpha")
_PARTS = {
    "lora_unet_": "unet",
    "lora_te1_": "text_encoder",
    "lora_te2_": "text_encoder_2",
    "lora_te_": "text_encoder",
    "unet.": "unet",
    "transformer.": "transformer",  # of other families, which diffusers merges itself
    "text_encoder.": "text_encoder",
    "text_encoder_2.": "text_encoder_2",
    "base_model.model.": "unet",
    "lycoris_": "unet",
    "diffusion_model.": "unet",  # ComfyUI's own files, with the names of the original code
    "text_encoders.clip_l.transformer.": "text_encoder",
    "text_encoders.clip_g.transformer.": "text_encoder_2",
}
_PEFT_PREFIX = "base_model.model."
_TEXT_TOWER = ("text_model.", "encoder.layers.")  # which PEFT saves like a UNet, by itself
PEFT_CONFIG = "adapter_config.json"  # beside a file that PEFT has saved
# PEFT's settings by which a pair is more than a product added to the weight as it was: the weight
# itself is changed before the training, or more is computed.
_BEGUN_ELSEWHERE = ("pissa", "olora", "corda", "loftq", "lora_ga")
_MORE_THAN_A_PRODUCT = ("kasa_config", "use_bdlora", "use_qalora", "alora_invocation_tokens")
_OTHER_KINDS = {
    "dora_scale": "DoRA",
    "lora_magnitude_vector": "DoRA",
    "hada_": "LoHa",
    "lokr_": "LoKr",
    "lora_mid": "LoCon with a core matrix (CP)",
    "oft_": "OFT",
    "boft_": "OFT",
    "ia3": "IA3",
    ".diff": "whole differences of weights",
    "lora_B.bias": "biases",
    "lora_up.bias": "biases",
}
_OLD_TEXT_NAMES = {"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj"}


@dataclass(frozen=True)
class LowRank:
    """One module's change: scale * up @ down.

    part: "unet", "transformer", "text_encoder" or "text_encoder_2". module: its name with
    underscores for dots, without "text_model". down: (rank, inputs, ...), up: (outputs, rank, ...).
    scale: alpha / rank.
    """

    part: str
    module: str
    down: torch.Tensor
    up: torch.Tensor
    scale: float

    def norm_squared(self) -> float:
        """Return the squared Frobenius norm of the change, without computing the change."""
        down, up = self.down.flatten(1).double(), self.up.flatten(1).double()
        return self.scale**2 * float(((up.T @ up) * (down @ down.T)).sum())


def read_lora(file: Path, source: str) -> list[LowRank]:
    """Read the file's pairs. source: its name in the setting LORA.

    Raises ModelUnavailable for a file that is damaged, or holds anything but a LoRA.
    """
    tensors, metadata = _read(file, source)
    pairs: dict[str, dict[str, torch.Tensor]] = {}
    alphas: dict[str, float] = {}
    for key, value in tensors.items():
        tensor = torch.tensor(value) if isinstance(value, int | float) else value
        if not isinstance(tensor, torch.Tensor):
            raise _not_a_plain_lora(source, key)
        if tensor.is_complex() or tensor.layout != torch.strided:
            raise _cannot(source, f"{key} is a tensor of a kind that no LoRA has")
        if match := _PAIR.fullmatch(key):
            if not tensor.is_floating_point():
                raise _cannot(source, f"{key} holds integers, which are steps of an unknown size")
            side, pair = _SIDES[match[match.lastgroup or 0]], pairs.setdefault(match["module"], {})
            if side in pair:
                raise _cannot(source, f"it holds several LoRAs in one, as {key} shows")
            pair[side] = tensor.float()
        elif (match := _ALPHA.fullmatch(key)) and tensor.numel() == 1:
            alphas[match["module"]] = float(tensor)
        else:
            raise _not_a_plain_lora(source, key)
    if not pairs:
        raise _cannot(source, "it holds no low-rank weights")
    if stray := sorted(alphas.keys() - pairs.keys()):
        raise _cannot(source, f"it has an alpha without weights ({stray[0]})")
    silent = any(_is_silent(name, alphas) for name in pairs)
    settings = _peft_settings(file, metadata, source, look_beside=silent)
    if not settings and silent:
        raise _cannot(source, f"how strong it is stands in its {PEFT_CONFIG}, put that beside it")
    return [_low_rank(source, name, pairs[name], alphas.get(name), settings) for name in pairs]


def _is_silent(name: str, alphas: Mapping[str, float]) -> bool:
    """Return whether a module was saved by PEFT itself, whose files do not hold their alpha."""
    return _PEFT_PREFIX in name and name not in alphas


_SIDES = {"down": "down", "up": "up", "A": "down", "B": "up"}


def _low_rank(
    source: str,
    name: str,
    pair: Mapping[str, torch.Tensor],
    alpha: float | None,
    settings: Mapping[str, Any],
) -> LowRank:
    if pair.keys() != {"down", "up"}:
        raise _cannot(source, f"{name} has only one of its two matrices")
    down, up = pair["down"], pair["up"]
    if down.dim() not in (2, 4) or up.flatten(1).shape[1] != down.shape[0] or not len(down):
        raise _cannot(source, f"the two matrices of {name} do not fit together")
    if not (torch.isfinite(down).all() and torch.isfinite(up).all()):
        raise _cannot(source, f"{name} has values that are not numbers")
    part, module = _place(name)
    if alpha == 0:
        raise _cannot(
            source,
            f"the alpha of {name} is 0, which kohya's program takes for full strength, and ComfyUI"
            " and diffusers for none; write the one that it was trained with into the file",
        )
    scale = _scale(name, part, len(down), alpha, settings)
    if not math.isfinite(scale):
        raise _cannot(source, f"the alpha of {name} is not a number")
    return LowRank(part, module, down, up, scale)


def _place(name: str) -> tuple[str, str]:
    """Return the part and the module that a key's beginning names."""
    prefix = next((prefix for prefix in _PARTS if name.startswith(prefix)), "")
    part = _PARTS.get(prefix, "unet")  # files of early 2023 hold a UNet's layers, without a prefix
    module = _without_prefix(name)
    if prefix == _PEFT_PREFIX and module.startswith(_TEXT_TOWER):
        part = "text_encoder"
    module = module.replace(".processor.", ".").replace(".", "_").removeprefix("text_model_")
    stem, _, last = module.rpartition("_to_")
    if part != "unet" and f"to_{last}" in _OLD_TEXT_NAMES:
        module = f"{stem}_{_OLD_TEXT_NAMES[f'to_{last}']}"
    return part, f"{module}_0" if part == "unet" and module.endswith("_to_out") else module


def _without_prefix(name: str) -> str:
    prefix = next((prefix for prefix in _PARTS if name.startswith(prefix)), "")
    return name.removeprefix(prefix).removeprefix(_PEFT_PREFIX)


def _scale(
    name: str, part: str, rank: int, alpha: float | None, settings: Mapping[str, Any]
) -> float:
    """Return alpha / rank, as kohya and PEFT do; an alpha that is absent is the rank."""
    if alpha is not None:
        return alpha / rank
    patterns = settings.get(f"{part}.alpha_pattern") or {}
    inside = _without_prefix(name)
    try:
        fitting = (
            value for key, value in patterns.items() if re.match(rf"(.*\.)?({key})$", inside)
        )
        whole = next(fitting, settings.get(f"{part}.lora_alpha", rank))  # the first one, as in PEFT
        return float(whole) / (rank**0.5 if settings.get(f"{part}.use_rslora") else rank)
    except (AttributeError, TypeError, ValueError, re.error):  # of any form, as JSON is
        return math.nan


def _peft_settings(
    file: Path, metadata: Mapping[str, str], source: str, *, look_beside: bool
) -> dict[str, Any]:
    """Return PEFT's configuration by part, such as "unet.lora_alpha".

    diffusers writes it into the file's metadata, PEFT itself into a file beside it. look_beside:
    whatever the file is called, since its weights are named as PEFT names them.
    """
    beside = file.parent / PEFT_CONFIG
    try:
        settings = json.loads(metadata.get("lora_adapter_metadata", "{}"))
        own = {}
        if (look_beside or file.stem == "adapter_model") and beside.is_file():
            own = json.loads(beside.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _cannot(source, f"its PEFT settings are not JSON: {error}") from error
    if not isinstance(settings, dict) or not isinstance(own, dict):
        raise _cannot(source, "its PEFT settings are not a table")
    for part in ("unet", "text_encoder"):
        settings |= {f"{part}.{name}": value for name, value in own.items()}
    if any(value for name, value in settings.items() if name.endswith(".use_dora")):
        raise _not_a_plain_lora(source, "dora_scale")
    if strange := _strange_setting(settings):
        raise _cannot(
            source,
            f"by its PEFT settings ({strange}) it belongs to weights that are not the model's own,"
            " or is more than a product of two matrices; save it as a plain LoRA",
        )
    return settings


def _strange_setting(settings: Mapping[str, Any]) -> str | None:
    """Return the setting by which PEFT would not add scale * B @ A to the model's own weights."""
    for name, value in settings.items():
        field = name.rpartition(".")[2]
        begun = field == "init_lora_weights" and str(value).lower().startswith(_BEGUN_ELSEWHERE)
        if begun or (field in _MORE_THAN_A_PRODUCT and value):
            return f"{field} {value}"
    return None


def _read(file: Path, source: str) -> tuple[dict[str, object], dict[str, str]]:
    from safetensors import safe_open

    try:
        if file.suffix in {".bin", ".pt", ".pth"}:
            table = torch.load(file, map_location="cpu", weights_only=True)
            return {str(name): value for name, value in table.items()}, {}
        with safe_open(file, framework="pt") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
            return tensors, opened.metadata() or {}
    except MemoryError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        if file.is_file() and is_git_lfs_pointer(file):
            reason = "it is a pointer of Git LFS, not the file itself: git lfs pull"
        elif type(error).__name__ == "SafetensorError":
            reason = f"it is not a safetensors file, or not whole ({error}); download it again"
        raise _cannot(source, reason) from error


def _not_a_plain_lora(source: str, key: str) -> ModelUnavailable:
    kind = next((name for mark, name in _OTHER_KINDS.items() if mark in key), None)
    return _cannot(
        source,
        f"it holds {kind or 'something else than a LoRA'} ({key}), and merging only the rest would"
        " paint something else; only plain LoRA and LoCon are known here",
    )


def _cannot(source: str, reason: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"The LoRA {source} cannot be merged: {reason}. It may be made for another family of"
        " models, or be damaged."
    )
