"""Write the parts of a tiny Stable Diffusion in one file, under the names of the original code.

Written from that code (CompVis/latent-diffusion, Stability-AI/generative-models, OpenCLIP), not
from what reads it here.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from inference.models.single_file import LAYOUTS

Tensors = dict[str, torch.Tensor]
_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
_OUTSIDE = {
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
}


def unet_name(name: str, layers: int, attentive: set[int]) -> str:
    """attentive: the levels of the way up that have attention."""
    for ours, theirs in _OUTSIDE.items():
        if name.startswith(f"{ours}."):
            return name.replace(ours, theirs)
    side, *rest = name.split(".")
    if side == "mid_block":
        kind, number, *inner = rest
        index = 1 if kind == "attentions" else 2 * int(number)
        return ".".join(["middle_block", str(index), *_inner(inner)])
    level, kind, number, *inner = rest
    first = int(level) * (layers + 1)
    if kind == "downsamplers":
        return f"input_blocks.{first + layers + 1}.0.op.{inner[1]}"
    if kind == "upsamplers":
        place = 2 if int(level) in attentive else 1
        return f"output_blocks.{first + layers}.{place}.conv.{inner[1]}"
    block = f"input_blocks.{first + int(number) + 1}"
    if side == "up_blocks":
        block = f"output_blocks.{first + int(number)}"
    return ".".join([block, str(int(kind == "attentions")), *_inner(inner)])


def _inner(names: list[str]) -> list[str]:
    return [_RESNET.get(names[0], names[0]), *names[1:]]


def vae_name(name: str, levels: int) -> str:
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", name)
    name = name.replace("mid_block.attentions.0.", "mid.attn_1.")
    for ours, theirs in [
        ("group_norm", "norm"),
        ("to_q", "q"),
        ("to_k", "k"),
        ("to_v", "v"),
        ("to_out.0", "proj_out"),
    ]:
        name = re.sub(rf"(mid\.attn_1\.){re.escape(ours)}\.", rf"\1{theirs}.", name)
    name = name.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")
    name = re.sub(r"down_blocks\.(\d)\.resnets\.(\d)", r"down.\1.block.\2", name)
    name = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", name)

    def up(match: re.Match[str]) -> str:
        return f"up.{levels - 1 - int(match[1])}"

    name = re.sub(r"up_blocks\.(\d)(?=\.resnets)", up, name).replace("resnets.", "block.")
    return re.sub(r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"{up(m)}.upsample", name)


def open_clip(named: Tensors) -> Tensors:
    """OpenCLIP keeps the three projections of attention in one matrix."""
    out: Tensors = {}
    for name, value in named.items():
        key = name.removeprefix("text_model.")
        if ".q_proj." in key:
            three = [named[name.replace("q_proj", f"{letter}_proj")] for letter in "qkv"]
            stem = key.replace(".q_proj.", ".in_proj_")
            out[_resblock(stem)] = torch.cat(three)
        elif key == "text_projection.weight":
            out["text_projection"] = value.T.contiguous()
        elif ".k_proj." not in key and ".v_proj." not in key:
            out[_resblock(key)] = value
    return out


def _resblock(name: str) -> str:
    for ours, theirs in [
        ("encoder.layers.", "transformer.resblocks."),
        ("self_attn.", "attn."),
        ("layer_norm1", "ln_1"),
        ("layer_norm2", "ln_2"),
        ("mlp.fc1", "mlp.c_fc"),
        ("mlp.fc2", "mlp.c_proj"),
        ("final_layer_norm", "ln_final"),
        ("embeddings.token_embedding", "token_embedding"),
        ("embeddings.position_embedding.weight", "positional_embedding"),
    ]:
        name = name.replace(ours, theirs)
    return name


def write_one_file(folder: Path, file: Path, layout: Path) -> Path:
    """Write the checkpoint of a folder into one file, and its settings into a layout."""
    parts = {part: _tensors(folder / part) for part in ("unet", "vae", "text_encoder")}
    unet, vae = (
        json.loads((folder / each / "config.json").read_text()) for each in ("unet", "vae")
    )
    up = {n for n, each in enumerate(unet["up_block_types"]) if "Attn" in each}
    tensors: Tensors = {}
    for name, value in parts["unet"].items():
        key = unet_name(name, unet["layers_per_block"], up)
        tensors[f"model.diffusion_model.{key}"] = value
    for name, value in parts["vae"].items():
        attention = re.search(r"mid_block.*(to_.|to_out\.0)\.weight", name)
        shaped = value[:, :, None, None] if attention else value
        key = vae_name(name, len(vae["block_out_channels"]))
        tensors[f"first_stage_model.{key}"] = shaped
    xl = (folder / "text_encoder_2").is_dir()
    prefix = "conditioner.embedders.0.transformer." if xl else "cond_stage_model.transformer."
    for name, value in parts["text_encoder"].items():
        tensors[f"{prefix}text_model.{name.removeprefix('text_model.')}"] = value
    tensors[f"{prefix}text_model.embeddings.position_ids"] = torch.arange(77)[None]
    if xl:
        for name, value in open_clip(_tensors(folder / "text_encoder_2")).items():
            tensors[f"conditioner.embedders.1.model.{name}"] = value
        tensors["conditioner.embedders.1.model.logit_scale"] = torch.tensor(1.0)
    save_file({name: value.contiguous() for name, value in tensors.items()}, file)
    kind = "sdxl" if xl else "sd1"
    for name in (kind, "clip"):
        shutil.copytree(LAYOUTS / name, layout / name)
    for part in (*parts, *(["text_encoder_2"] if xl else []), "scheduler"):
        for settings in (folder / part).glob("*config.json"):
            shutil.copy(settings, layout / kind / part / settings.name)
    return file


def _tensors(folder: Path) -> Tensors:
    tensors: dict[str, Any] = load_file(next(folder.glob("*.safetensors")))
    return tensors
