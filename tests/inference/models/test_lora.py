"""Every layer of a LoRA is merged at the strength that its file says, or nothing is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from diffusers.loaders.lora_conversion_utils import (
    _convert_unet_lora_key,
    _maybe_map_sgm_blocks_to_diffusers,
)
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from inference.errors import ModelUnavailable
from inference.models.adapters import Lora, merge_into_parts, merge_loras
from inference.models.lora_file import read_lora
from inference.models.lora_merge import original_names
from tests.inference.models.original_names import unet_name
from tests.inference.pipelines.families import make_z_image

pytestmark = pytest.mark.slow
Part = tuple[str, Any]
Tensors = dict[str, torch.Tensor]


def make_unet(*, sdxl: bool) -> Any:
    torch.manual_seed(0)
    added: dict[str, Any] = {
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": 80,
        "use_linear_projection": True,
    }
    return UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(8, 16, 16),
        layers_per_block=2 if sdxl else 1,
        norm_num_groups=4,
        cross_attention_dim=16,
        attention_head_dim=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        **(added if sdxl else {}),
    )


def make_text_encoder(cls: Any = CLIPTextModel) -> Any:
    config = CLIPTextConfig(
        hidden_size=16,
        intermediate_size=32,
        num_attention_heads=2,
        num_hidden_layers=2,
        vocab_size=100,
        projection_dim=16,
        bos_token_id=98,
        eos_token_id=99,
        pad_token_id=99,
    )
    return cls(config)


def layers(network: Any) -> dict[str, Any]:
    kinds = (torch.nn.Linear, torch.nn.Conv2d)
    return {name: each for name, each in network.named_modules() if isinstance(each, kinds)}


def pair_for(layer: Any, rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    shape = layer.weight.shape
    up_shape = (shape[0], rank, *(1 for _ in shape[2:]))
    return torch.randn(rank, *shape[1:]) * 0.1, torch.randn(up_shape) * 0.1


def kohya(prefix: str, name: str) -> tuple[str, str, str]:
    name = name if prefix == "lora_unet_" or "projection" in name else _with_text_model(name)
    key = prefix + name.replace(".", "_")
    return f"{key}.lora_down.weight", f"{key}.lora_up.weight", f"{key}.alpha"


def peft(prefix: str, name: str) -> tuple[str, str, str]:
    key = f"{_diffusers_prefix(prefix)}{name}"
    return f"{key}.lora_A.weight", f"{key}.lora_B.weight", f"{key}.alpha"


def old_diffusers(prefix: str, name: str) -> tuple[str, str, str]:
    """As of 2023: attention processors, to_out without its number."""
    if prefix == "lora_unet_":
        name = re.sub(r"(attn\d)\.to_(q|k|v|out)(\.0)?$", r"\1.processor.to_\2_lora", name)
    else:
        names = {"q_proj": "to_q", "k_proj": "to_k", "v_proj": "to_v", "out_proj": "to_out"}
        stem, _, last = _with_text_model(name).rpartition(".")
        name = f"{stem}.{names[last]}_lora" if last in names else f"{stem}.{last}.lora_linear_layer"
    dot = "" if name.endswith(("_lora", "lora_linear_layer")) else ".lora"
    key = f"{_diffusers_prefix(prefix)}{name}{dot}"
    return f"{key}.down.weight", f"{key}.up.weight", f"{key}.alpha"


def comfyui(prefix: str, name: str) -> tuple[str, str, str]:
    """As its nodes LoraSave and "Extract and Save LoRA" write it: full names of its own modules."""
    if prefix == "lora_unet_":  # of make_unet for SDXL: two blocks a level, two levels with words
        key = f"diffusion_model.{unet_name(f'{name}.weight', 2, {0, 1})}".removesuffix(".weight")
    else:
        encoder = "clip_g" if prefix == "lora_te2_" else "clip_l"
        inside = name if "projection" in name else _with_text_model(name)
        key = f"text_encoders.{encoder}.transformer.{inside}"
    return f"{key}.lora_down.weight", f"{key}.lora_up.weight", f"{key}.alpha"


def simpletuner(prefix: str, name: str) -> tuple[str, str, str]:
    """LyCORIS around a UNet of diffusers."""
    down, up, alpha = kohya(prefix, name)
    return tuple(key.replace("lora_unet_", "lycoris_") for key in (down, up, alpha))  # type: ignore[return-value]


def _with_text_model(name: str) -> str:
    return name if name.startswith("text_model.") else f"text_model.{name}"


def _diffusers_prefix(prefix: str) -> str:
    names = {"lora_unet_": "unet.", "lora_te2_": "text_encoder_2."}
    return names.get(prefix, "text_encoder.")


class Model:
    """The parts of a model, and what a file is to do to each of their layers."""

    def __init__(self, *, sdxl: bool = False) -> None:
        self.parts = {"lora_unet_": make_unet(sdxl=sdxl)}
        self.parts["lora_te1_" if sdxl else "lora_te_"] = make_text_encoder()
        if sdxl:
            self.parts["lora_te2_"] = make_text_encoder(CLIPTextModelWithProjection)
        self.before = {
            (prefix, name): layer.weight.detach().clone()
            for prefix, part in self.parts.items()
            for name, layer in layers(part).items()
        }
        self.wanted: Tensors = {}

    def file(
        self,
        folder: Path,
        keys: Callable[[str, str], tuple[str, str, str]],
        choose: Callable[[str], bool] = lambda _: True,
        alpha_of: Callable[[int, int], float | None] = lambda rank, _: float(rank),
        metadata: dict[str, str] | None = None,
    ) -> Path:
        """Write a LoRA for the chosen layers, of ranks 1 to 4."""
        tensors: Tensors = {}
        for number, (prefix, name) in enumerate(self.before):
            if not choose(name):
                continue
            rank = 1 + number % 4
            down, up = pair_for(self.parts[prefix].get_submodule(name), rank)
            down_key, up_key, alpha_key = keys(prefix, name)
            tensors |= {down_key: down, up_key: up}
            alpha = alpha_of(rank, number)
            if alpha is not None:
                tensors[alpha_key] = torch.tensor(alpha)
            scale = 1.0 if alpha is None else alpha / rank
            change = up.flatten(1) @ down.flatten(1)
            self.wanted[prefix + name] = scale * change.view_as(self.before[prefix, name])
        path = folder / "lora.safetensors"
        save_file(tensors, path, metadata)
        return path

    def merge(self, file: Path, weight: float = 1.0) -> None:
        parts = [*self.parts.values()]
        second = parts[2] if len(parts) > 2 else None
        merge_into_parts(parts[0], parts[1], [Lora(str(file), weight)], None, second)

    def wrong(self, weight: float = 1.0) -> list[str]:
        """The layers that are not what the file says, among all layers."""
        result = []
        for (prefix, name), before in self.before.items():
            after = self.parts[prefix].get_submodule(name).weight
            wanted = before + weight * self.wanted.get(prefix + name, torch.zeros(()))
            if not torch.allclose(after, wanted, atol=1e-5):
                result.append(prefix + name)
        return result


ATTENTION = re.compile(r"(to_[qkv]|to_out\.0|(q|k|v|out)_proj|fc\d)$")


@pytest.mark.parametrize("sdxl", [False, True], ids=["sd1", "sdxl"])
@pytest.mark.parametrize("keys", [kohya, peft, old_diffusers])
@pytest.mark.parametrize("weight", [1.0, -0.5])
def test_every_layer_is_merged_as_the_file_says(
    sdxl: bool, keys: Any, weight: float, tmp_path: Path
) -> None:
    model = Model(sdxl=sdxl)
    choose = (lambda name: bool(ATTENTION.search(name))) if keys is old_diffusers else None
    alphas = [4.0, None, 0.5, -2.0, 1.0]
    file = model.file(
        tmp_path, keys, choose or (lambda _: True), lambda _, number: alphas[number % 5]
    )
    model.merge(file, weight)
    assert model.wrong(weight) == []


@pytest.mark.parametrize("ending", ["q_proj", "to_k", "conv1", "ff.net.2", "fc2", "conv_in"])
def test_a_file_with_few_layers_changes_only_those(ending: str, tmp_path: Path) -> None:
    model = Model()
    model.merge(model.file(tmp_path, kohya, lambda name: name.endswith(ending)))
    assert model.wanted
    assert model.wrong() == []


def test_names_of_the_original_code_are_known(tmp_path: Path) -> None:
    """kohya's files for SDXL. diffusers' own conversion says which layer each name is."""
    model = Model(sdxl=True)
    unet = model.parts["lora_unet_"]

    def keys(prefix: str, name: str) -> tuple[str, str, str]:
        if prefix != "lora_unet_":
            return kohya(prefix, name)
        names = original_names(name.replace(".", "_"), 2)
        stems = [each for each in names if _diffusers_name(each, unet.config) == name]
        assert len(stems) == 1, (name, names)
        key = f"lora_unet_{stems[0]}"
        return f"{key}.lora_down.weight", f"{key}.lora_up.weight", f"{key}.alpha"

    model.merge(model.file(tmp_path, keys, lambda name: "upsamplers" not in name))
    assert model.wrong() == []
    ups = {
        original_name
        for name in layers(unet)
        for original_name in original_names(name.replace(".", "_"), 2)
    }
    assert {"output_blocks_2_2_conv", "output_blocks_5_2_conv"} <= ups


def _diffusers_name(original: str, config: Any) -> str:
    key = f"lora_unet_{original}.lora_down.weight"
    mapped = _maybe_map_sgm_blocks_to_diffusers({key: torch.zeros(1)}, config)
    name = _convert_unet_lora_key(next(iter(mapped))).replace(".processor.", ".")
    name = name.replace("to_out_lora", "to_out.0_lora")
    return re.split(r"[._]lora", name)[0]


@pytest.mark.parametrize("keys", [comfyui, simpletuner])
def test_names_of_other_programs_are_known(keys: Any, tmp_path: Path) -> None:
    """ComfyUI's and SimpleTuner's, as ComfyUI's comfy/lora.py of 2026 reads them."""
    model = Model(sdxl=True)
    model.merge(model.file(tmp_path, keys, alpha_of=lambda rank, number: 0.5 * (number % 3 + 1)))
    assert len(model.wanted) == len(model.before)
    assert model.wrong() == []


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float8_e4m3fn])
def test_a_file_in_few_bits_is_merged_as_those_say(kind: torch.dtype, tmp_path: Path) -> None:
    model = Model()
    layer = model.parts["lora_unet_"].mid_block.resnets[0].conv1
    name = "mid_block.resnets.0.conv1"
    down, up = (each.to(kind) for each in pair_for(layer, 3))
    keys = kohya("lora_unet_", name)
    alpha = torch.tensor(1.5, dtype=torch.bfloat16)
    save_file(dict(zip(keys, (down, up, alpha), strict=True)), tmp_path / "lora.safetensors")
    change = 0.5 * up.float().flatten(1) @ down.float().flatten(1)
    model.wanted[f"lora_unet_{name}"] = change.view_as(layer.weight)
    model.merge(tmp_path / "lora.safetensors")
    assert model.wrong() == []


def test_the_alpha_of_peft_is_read_from_the_metadata(tmp_path: Path) -> None:
    settings = {"unet.lora_alpha": 8, "unet.alpha_pattern": {"attn2.to_k": 2}, "unet.r": 4}
    settings |= {"text_encoder.lora_alpha": 2, "text_encoder.use_rslora": True}
    model = Model()
    metadata = {"lora_adapter_metadata": json.dumps(settings)}
    file = model.file(tmp_path, peft, lambda name: bool(ATTENTION.search(name)),
                      lambda *_: None, metadata)  # fmt: skip
    for number, (prefix, name) in enumerate(model.before):
        rank = 1 + number % 4
        alpha = 8 if not name.endswith("attn2.to_k") else 2
        scale = alpha / rank if prefix == "lora_unet_" else 2 / rank**0.5
        if prefix + name in model.wanted:
            model.wanted[prefix + name] *= scale
    model.merge(file)
    assert model.wrong() == []


def test_weights_in_half_precision_are_rounded_once(tmp_path: Path) -> None:
    model = Model()
    file = model.file(tmp_path, kohya, lambda name: name.endswith("to_q"))
    for part in model.parts.values():
        part.to(torch.bfloat16)
    model.merge(file)
    for (prefix, name), before in model.before.items():
        after = model.parts[prefix].get_submodule(name).weight
        whole = before.bfloat16().float() + model.wanted.get(prefix + name, torch.zeros(()))
        assert torch.equal(after, whole.bfloat16()), name


KEY = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q"
NAME = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_q"
TWIN = "lora_unet_input_blocks_3_1_transformer_blocks_0_attn1_to_q"  # the same layer
REFUSED: dict[str, tuple[Tensors, str]] = {
    "DoRA": ({f"{KEY}.dora_scale": torch.ones(16, 1)}, "DoRA"),
    "DoRA of PEFT": ({"unet.x.to_q.lora_magnitude_vector": torch.ones(16)}, "DoRA"),
    "LoHa": ({f"{KEY}.hada_w1_a": torch.ones(16, 2)}, "LoHa"),
    "LoKr": ({f"{KEY}.lokr_w1": torch.ones(4, 4)}, "LoKr"),
    "a core matrix": ({f"{KEY}.lora_mid.weight": torch.ones(4, 4, 1, 1)}, "core matrix"),
    "a difference": ({f"{KEY}.diff": torch.ones(16, 16)}, "whole differences"),
    "a bias": ({f"{KEY}.lora_B.bias": torch.ones(16)}, "biases"),
    "an unknown key": ({"emb_params": torch.ones(1, 16)}, "something else than a LoRA"),
    "half a pair": ({f"{KEY}2.lora_down.weight": torch.ones(2, 16)}, "only one of its two"),
    "an alpha alone": ({"lora_unet_x.alpha": torch.tensor(1.0)}, "alpha without weights"),
    "not a number": ({f"{KEY}.lora_up.weight": torch.full((16, 2), torch.nan)}, "not numbers"),
    "an alpha of 0": ({f"{KEY}.alpha": torch.tensor(0.0)}, "alpha of .* is 0, which kohya"),
    "an infinite alpha": ({f"{KEY}.alpha": torch.tensor(torch.inf)}, "alpha of .* not a number"),
    "integers": ({f"{KEY}.lora_up.weight": torch.ones(16, 2, dtype=torch.int8)}, "integers"),
    "only alphas": (
        {f"{KEY}.lora_{side}.weight": torch.zeros(0) for side in ("down", "up")}
        | {f"{KEY}.alpha": torch.tensor(1.0)},
        "do not fit together",
    ),
    "rank 0": (
        {f"{KEY}.lora_down.weight": torch.ones(0, 16), f"{KEY}.lora_up.weight": torch.ones(16, 0)},
        "do not fit together",
    ),
    "IA3": ({f"{KEY}.ia3_l": torch.ones(16)}, "IA3"),
    "a scale of quantized weights": ({f"{KEY}.scale_weight": torch.ones(1)}, "something else"),
    "ranks that differ": ({f"{KEY}.lora_up.weight": torch.ones(16, 3)}, "do not fit together"),
    "another width": ({f"{KEY}.lora_down.weight": torch.ones(2, 20)}, "another family"),
    "two LoRAs in one": (
        {
            f"unet.{NAME}.lora_{side}.{which}.weight": torch.ones(shape)
            for which in ("one", "other")
            for side, shape in (("A", (2, 16)), ("B", (16, 2)))
        },
        "several LoRAs in one",
    ),
    "a layer in two spellings": (
        {
            f"unet.{NAME}.{ending}.weight": torch.ones(shape)
            for ending, shape in (
                ("lora_A", (2, 16)),
                ("lora_B", (16, 2)),
                ("lora.down", (3, 16)),
                ("lora.up", (16, 3)),
            )
        },
        "several LoRAs in one",
    ),
    "an unknown layer": (
        {"lora_te2_x.lora_down.weight": torch.ones(2, 9), "lora_te2_x.lora_up.weight": torch.ones(9, 2)},  # noqa: E501
        "another family",
    ),
    "a layer twice": (
        {f"{TWIN}.lora_down.weight": torch.ones(2, 16), f"{TWIN}.lora_up.weight": torch.ones(16, 2)},  # noqa: E501
        "twice",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_merged_whole_is_refused(case: str, tmp_path: Path) -> None:
    model = Model()
    extra, message = REFUSED[case]
    pair = {f"{KEY}.lora_down.weight": torch.ones(2, 16)}
    pair[f"{KEY}.lora_up.weight"] = torch.ones(16, 2)
    save_file({**pair, **extra}, tmp_path / "lora.safetensors")
    with pytest.raises(ModelUnavailable, match=message):
        model.merge(tmp_path / "lora.safetensors")
    assert model.wrong() == []  # nothing was merged


@pytest.mark.parametrize("kind", [torch.float16, torch.float32])
def test_a_strength_that_no_weight_can_hold_is_refused(kind: torch.dtype, tmp_path: Path) -> None:
    model = Model()
    file = model.file(tmp_path, kohya, lambda name: name.endswith("to_q"))
    for part in model.parts.values():
        part.to(kind)
    with pytest.raises(ModelUnavailable, match=r"at a strength of 1e\+39 makes .* Set a smaller"):
        model.merge(file, 1e39)


def test_a_file_that_was_not_fetched_is_named(tmp_path: Path) -> None:
    file = tmp_path / "lora.safetensors"
    for content, message in (
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "pointer of Git LFS"),
        (b"<!DOCTYPE html><html>", "not a safetensors file"),
        (b"", "not a safetensors file"),
    ):
        file.write_bytes(content)
        with pytest.raises(ModelUnavailable, match=message):
            read_lora(file, "lora")


def test_an_empty_lora_is_refused(tmp_path: Path) -> None:
    model = Model()
    file = tmp_path / "lora.safetensors"
    pair = {f"{KEY}.lora_down.weight": torch.ones(2, 16)}
    save_file({**pair, f"{KEY}.lora_up.weight": torch.zeros(16, 2)}, file)
    with pytest.raises(ModelUnavailable, match="changes no weight"):
        model.merge(file)
    model.merge(file, weight=0.0)  # asked for nothing, and nothing is done


@pytest.mark.parametrize("style", ["diffusion_model.", "transformer.", "lora_unet_"])
@pytest.mark.parametrize("alpha", [None, 0.5])
@pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning")
def test_other_families_merge_it_whole_or_not_at_all(
    style: str, alpha: float | None, tmp_path: Path
) -> None:
    """diffusers renames their layers; what it loses is noticed."""
    from diffusers import ZImagePipeline

    pipe = ZImagePipeline.from_pretrained(str(make_z_image(tmp_path)))
    name = "layers.0.attention.to_q"
    layer = pipe.transformer.get_submodule(name)
    before, (down, up) = layer.weight.detach().clone(), pair_for(layer, 2)
    key = f"{style}{name}" if style.endswith(".") else style + name.replace(".", "_")
    ends = ("lora_A", "lora_B") if style.endswith(".") else ("lora_down", "lora_up")
    file = {f"{key}.{ends[0]}.weight": down, f"{key}.{ends[1]}.weight": up}
    if alpha is not None:
        file[f"{key}.alpha"] = torch.tensor(alpha)
    save_file(file, tmp_path / "lora.safetensors")
    if style == "transformer." and alpha:  # diffusers knows no alpha in files of its own
        with pytest.raises(ModelUnavailable, match="merged"):
            merge_loras(pipe, [Lora(str(tmp_path / "lora.safetensors"), 1.0)])
        return
    merge_loras(pipe, [Lora(str(tmp_path / "lora.safetensors"), 1.0)])
    scale = 1.0 if alpha is None else alpha / 2
    merged = pipe.transformer.get_submodule(name).weight.detach() - before
    assert torch.allclose(merged, scale * up @ down, atol=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        {"r": 2, "lora_alpha": 4},
        {"r": 2, "lora_alpha": 4, "rank_pattern": {"to_k": 1}, "alpha_pattern": {"to_k": 8}},
        {"r": 4, "lora_alpha": 4, "use_rslora": True},
    ],
    ids=["an alpha", "patterns", "the root of the rank"],
)
@pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Using Rank-Stabilized LoRA")
def test_other_families_merge_what_diffusers_has_saved(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    """Its alpha stands in the metadata, under the name of the transformer."""
    from diffusers import ZImagePipeline

    folder = str(make_z_image(tmp_path))
    pipe = ZImagePipeline.from_pretrained(folder)
    pipe.transformer.add_adapter(LoraConfig(target_modules=["to_q", "to_k"], **settings))
    torch.manual_seed(4)
    for name, weight in pipe.transformer.named_parameters():
        if "lora_" in name:
            weight.data = torch.randn_like(weight) * 0.1
    ZImagePipeline.save_lora_weights(
        str(tmp_path / "saved"),
        transformer_lora_layers=get_peft_model_state_dict(pipe.transformer),
        transformer_lora_adapter_metadata=pipe.transformer.peft_config["default"].to_dict(),
    )
    before = layers(ZImagePipeline.from_pretrained(folder).transformer)
    pipe.fuse_lora(components=["transformer"])
    pipe.unload_lora_weights()
    ours = ZImagePipeline.from_pretrained(folder)
    merge_loras(ours, [Lora(str(tmp_path / "saved"), 1.0)])
    merged = layers(ours.transformer)
    for name, wanted in layers(pipe.transformer).items():
        assert torch.allclose(merged[name].weight, wanted.weight, atol=1e-5), name
        changed = not torch.allclose(before[name].weight, wanted.weight, atol=1e-3)
        assert changed == name.endswith(("to_q", "to_k")), name


def test_a_bin_file_is_read_without_running_it(tmp_path: Path) -> None:
    model = Model()
    file = model.file(tmp_path, peft, lambda name: name.endswith("to_q"))
    from safetensors.torch import load_file

    torch.save(load_file(file), tmp_path / "lora.bin")
    model.merge(tmp_path / "lora.bin")
    assert model.wrong() == []
    torch.save({"x": print}, tmp_path / "code.bin")
    with pytest.raises(ModelUnavailable, match="cannot be merged"):
        model.merge(tmp_path / "code.bin")


def test_a_bin_file_that_holds_other_things_than_tensors(tmp_path: Path) -> None:
    module = "unet.mid_block.attentions.0.proj_in"
    down, up = torch.ones(4, 8), torch.ones(8, 4)
    pair = {f"{module}.lora_down.weight": down, f"{module}.lora_up.weight": up}
    torch.save({**pair, f"{module}.alpha": 2.0}, tmp_path / "number.bin")
    [change] = read_lora(tmp_path / "number.bin", "x")
    assert change.scale == 0.5
    others: list[object] = ["x", [1.0], {"alpha": 2.0}, up * 1j, up.to_sparse(), None]
    for value in others:
        torch.save({**pair, f"{module}.lora_up.weight": value}, tmp_path / "other.bin")
        with pytest.raises(ModelUnavailable, match="cannot be merged"):
            read_lora(tmp_path / "other.bin", "x")
