"""Merge low-rank pairs into weights, each module at the strength that its file says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch

from inference.errors import ModelUnavailable
from inference.models.lora_file import LowRank

_RESNET = {
    "conv1": "in_layers_2",
    "conv2": "out_layers_3",
    "time_emb_proj": "emb_layers_1",
    "conv_shortcut": "skip_connection",
}
_OUTSIDE = {
    "conv_in": "input_blocks_0_0",
    "conv_out": "out_2",
    "time_embedding_linear_1": "time_embed_0",
    "time_embedding_linear_2": "time_embed_2",
    "add_embedding_linear_1": "label_emb_0_0",
    "add_embedding_linear_2": "label_emb_0_2",
}


def merge_pairs(
    parts: Mapping[str, Any], pairs: Iterable[LowRank], weight: float, source: str
) -> None:
    """Add weight * scale * up @ down to every module, or raise before anything is changed.

    parts: "unet", "text_encoder" and "text_encoder_2", None where there is none. Raises
    ModelUnavailable if a pair is of a module that the parts do not have, or of another shape; and,
    when some of it is merged already, if a sum is no number any more.
    """
    modules = {name: _modules(name, part) for name, part in parts.items() if part is not None}
    by_module: dict[tuple[str, torch.nn.Module], LowRank] = {}
    unknown: list[str] = []
    for pair in pairs:
        module = modules.get(pair.part, {}).get(pair.module)
        if module is None or not _fits(module, pair):
            unknown.append(f"{pair.part}.{pair.module}")
        elif (pair.part, module) in by_module:
            raise _refused(source, f"names {pair.part}.{pair.module} twice")
        else:
            by_module[pair.part, module] = pair
    if unknown:
        raise _refused(
            source,
            f"has weights for {len(unknown)} layers that this model does not have or that are of"
            f" another size, such as {unknown[0]}: it is made for another family of models",
        )
    if weight and not any(pair.norm_squared() for pair in by_module.values()):
        raise _refused(
            source, "changes no weight of this model: it is empty, or made for another family"
        )
    for (part, module), pair in by_module.items():
        if not _add(module, pair, weight):
            dtype = str(module.weight.dtype).removeprefix("torch.")
            raise ModelUnavailable(
                f"The LoRA {source} at a strength of {weight:g} makes weights of {part} too large"
                f" for {dtype}: every picture would be black. Set a smaller strength."
            )


@torch.no_grad()
def _add(module: Any, pair: LowRank, weight: float) -> bool:
    """Compute in float32, whatever the weights are in: their rounding is done once.

    Returns whether the result is numbers in the weights' own type.
    """
    place = module.weight.device
    change = pair.up.flatten(1).to(place) @ pair.down.flatten(1).to(place)
    changed = module.weight.float() + weight * pair.scale * change.view_as(module.weight)
    module.weight.copy_(changed.to(module.weight.dtype))
    return bool(torch.isfinite(module.weight).all())


def _fits(module: Any, pair: LowRank) -> bool:
    shape = (pair.up.shape[0], *pair.down.shape[1:])
    own = tuple(module.weight.shape)
    while len(shape) < len(own):  # a linear layer and a convolution of one pixel are the same
        shape += (1,)
    return own + (1,) * (len(shape) - len(own)) == shape


def _modules(part: str, network: Any) -> dict[str, Any]:
    """Return the layers that a LoRA may change, by every name that files use for them."""
    modules: dict[str, Any] = {}
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.Linear | torch.nn.Conv2d):
            modules[name.replace(".", "_").removeprefix("text_model_")] = module
    if part == "unet":
        layers = network.config.get("layers_per_block", 2)
        depth = layers if isinstance(layers, int) else max(layers)
        for name, module in [*modules.items()]:
            for original in original_names(name, depth):
                modules.setdefault(original, module)
    return modules


def original_names(name: str, layers: int) -> tuple[str, ...]:
    """Return what a UNet's layer is called in the original code of Stable Diffusion (ldm, sgm).

    kohya's files for SDXL use these. layers: residual blocks a level.
    """
    if name in _OUTSIDE:
        return (_OUTSIDE[name],)
    place, _, rest = name.partition("_block")
    if place == "mid" and rest.startswith("_"):
        kind, number, inner = rest.removeprefix("_").split("_", 2)
        index = 1 if kind == "attentions" else 2 * int(number)
        return (f"middle_block_{index}_{_inside(inner)}",)
    if place not in ("down", "up"):
        return ()
    level, kind, number, inner = rest.removeprefix("s_").split("_", 3)
    if kind == "downsamplers":
        return (f"input_blocks_{(int(level) + 1) * (layers + 1)}_0_op",)
    if kind == "upsamplers":  # after the attention, where the level has one
        block = f"output_blocks_{int(level) * (layers + 1) + layers}"
        return f"{block}_1_conv", f"{block}_2_conv"
    before = int(level) * (layers + 1) + int(number)
    block = f"input_blocks_{before + 1}" if place == "down" else f"output_blocks_{before}"
    return (f"{block}_{int(kind == 'attentions')}_{_inside(inner)}",)


def _inside(name: str) -> str:
    return _RESNET.get(name, name)


def _refused(source: str, reason: str) -> ModelUnavailable:
    return ModelUnavailable(f"The LoRA {source} {reason}. Nothing of it was merged.")
