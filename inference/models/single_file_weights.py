"""Read one part of a one-file checkpoint, renamed from the original code's names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from inference.errors import ModelUnavailable
from inference.models.single_file import SD1_TEXT, SDXL_TEXT, SDXL_TEXT_2, UNET, VAE

Tensors = dict[str, torch.Tensor]
_BUFFERS = ("position_ids",)  # written by older versions; not weights
# Some programs save the whole of CLIP, of which a picture needs the text tower.
_REST_OF_CLIP = ("text_projection.", "logit_scale", "vision_model.", "visual_projection.")
PREFIXES = {  # of the original code's names, by diffusers' part
    "unet": (UNET,),
    "vae": (VAE,),
    "text_encoder": (SD1_TEXT, SDXL_TEXT),
    "text_encoder_2": (SDXL_TEXT_2,),
}


def read_part(file: Path, layout: Path, part: str, cls: Any, dtype: torch.dtype) -> Any:
    """Return a network of class `cls` with the part's weights. part: a folder of the layout.

    Raises ModelUnavailable if the weights are not exactly those that the layout wants.
    """
    from accelerate import init_empty_weights

    convert = _CONVERSIONS[part]
    tensors = _read(file, PREFIXES[part])
    with init_empty_weights():
        if hasattr(cls, "load_config"):
            config = cls.load_config(str(layout / part))
            network = cls.from_config(config)
        else:
            network = cls(cls.config_class.from_pretrained(str(layout / part)))
    named = convert(network, tensors)
    wanted = network.state_dict()
    named = {k: v for k, v in named.items() if k in wanted or not k.endswith(_BUFFERS)}
    _compare(file, part, named, {name: value.shape for name, value in wanted.items()})
    network.load_state_dict(named, assign=True)
    return network.to(dtype)


def _compare(file: Path, part: str, named: Tensors, wanted: dict[str, Any]) -> None:
    missing = sorted(wanted.keys() - named.keys())
    unexpected = sorted(named.keys() - wanted.keys())
    other = [name for name in wanted.keys() & named.keys() if named[name].shape != wanted[name]]
    if missing or unexpected or other:
        some = (missing or unexpected or sorted(other))[0]
        raise ModelUnavailable(
            f"{part} of {file.name} is not of the shape of this family: {len(missing)} weights are"
            f" missing, {len(unexpected)} too many, and {len(other)} of another size, such as"
            f" {some}. It may be a variant; use its folder in diffusers' layout instead."
        )


def _read(file: Path, prefixes: tuple[str, ...]) -> Tensors:
    from safetensors import safe_open

    with safe_open(file, framework="pt") as opened:
        names = [name for name in opened.keys() if name.startswith(prefixes)]  # noqa: SIM118
        return {name: opened.get_tensor(name) for name in names}


def _unet(network: Any, tensors: Tensors) -> Tensors:
    from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint

    named: Tensors = convert_ldm_unet_checkpoint(tensors, dict(network.config))
    wanted = network.state_dict()
    for name, value in named.items():
        if name in wanted and value.dim() == 4 and wanted[name].dim() == 2:
            named[name] = value[:, :, 0, 0]  # a convolution of one pixel is a linear layer
    return named


def _vae(network: Any, tensors: Tensors) -> Tensors:
    from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint

    named: Tensors = convert_ldm_vae_checkpoint(tensors, dict(network.config))
    return named


def _clip(network: Any, tensors: Tensors) -> Tensors:
    """Without the prefixes; transformers' names begin with text_model or not by the class."""
    short = {
        name.removeprefix(SD1_TEXT).removeprefix(SDXL_TEXT).removeprefix("text_model."): value
        for name, value in tensors.items()
    }
    return {name: value for name, value in short.items() if not name.startswith(_REST_OF_CLIP)}


def _open_clip(network: Any, tensors: Tensors) -> Tensors:
    from diffusers.loaders.single_file_utils import convert_open_clip_checkpoint

    named: Tensors = convert_open_clip_checkpoint(network, tensors, prefix=SDXL_TEXT_2)
    return named


_CONVERSIONS: dict[str, Callable[[Any, Tensors], Tensors]] = {
    "unet": _unet,
    "vae": _vae,
    "text_encoder": _clip,
    "text_encoder_2": _open_clip,
}
