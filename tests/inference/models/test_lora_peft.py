"""What PEFT has saved is merged as PEFT merges it: its alpha lies beside the weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import StableDiffusionPipeline
from peft import LoraConfig, get_peft_model
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file

from inference.errors import ModelUnavailable
from inference.models.adapters import Lora, merge_into_parts
from inference.models.lora_file import read_lora
from tests.inference.models.test_lora import layers, make_text_encoder, make_unet

pytestmark = pytest.mark.slow
ATTENTION = ["to_q", "to_k", "to_v", "to_out.0"]
ONE = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
SETTINGS: dict[str, dict[str, Any]] = {
    "an alpha": {"lora_alpha": 16},
    "convolutions": {"lora_alpha": 8, "target_modules": [*ATTENTION, "conv1", "proj_in"]},
    "the root of the rank": {"lora_alpha": 8, "use_rslora": True},
    "patterns": {"rank_pattern": {"to_q": 2}, "alpha_pattern": {"to_q": 1, "attn2.to_k": 32}},
    "the first of two patterns": {"alpha_pattern": {"attn1.to_q": 1, "to_q": 64}},
    "a pattern for one layer": {"alpha_pattern": {f"^{ONE}": 64}},
}


def save_by_peft(adapted: Any, folder: Path) -> None:
    adapted.save_pretrained(str(folder))


def save_by_diffusers(adapted: Any, folder: Path) -> None:
    named = get_peft_model_state_dict(adapted).items()
    StableDiffusionPipeline.save_lora_weights(
        str(folder),
        unet_lora_layers={name.removeprefix("base_model.model."): each for name, each in named},
        unet_lora_adapter_metadata=adapted.peft_config["default"].to_dict(),
    )


def adapt(**settings: Any) -> Any:
    torch.manual_seed(5)
    adapted = get_peft_model(
        make_unet(sdxl=False), LoraConfig(**{"r": 4, "target_modules": ATTENTION, **settings})
    )
    for name, weight in adapted.named_parameters():
        if "lora_" in name:
            weight.data = torch.randn_like(weight) * 0.1
    return adapted


@pytest.mark.parametrize("save", [save_by_peft, save_by_diffusers])
@pytest.mark.filterwarnings("ignore:Using Rank-Stabilized LoRA")
def test_every_layer_is_what_peft_makes_of_it(save: Any, tmp_path: Path) -> None:
    wrong = []
    for number, (case, settings) in enumerate(SETTINGS.items()):
        adapted, folder = adapt(**settings), tmp_path / str(number)
        save(adapted, folder)
        unet = make_unet(sdxl=False)
        merge_into_parts(unet, make_text_encoder(), [Lora(str(folder), 1.0)], None)
        wanted = layers(adapted.merge_and_unload())
        for name, layer in layers(unet).items():
            if not torch.allclose(layer.weight, wanted[name].weight, atol=1e-5):
                wrong.append((case, name))
    assert wrong == []


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing:FutureWarning")
def test_a_text_encoder_that_peft_has_saved_by_itself(tmp_path: Path) -> None:
    torch.manual_seed(6)
    text = make_text_encoder()
    plain = {name: weight.clone() for name, weight in text.state_dict().items()}
    adapted = get_peft_model(text, LoraConfig(r=2, lora_alpha=6, target_modules=["q_proj", "fc1"]))
    for name, weight in adapted.named_parameters():
        if "lora_" in name:
            weight.data = torch.randn_like(weight) * 0.1
    save_by_peft(adapted, tmp_path)
    ours = make_text_encoder()
    ours.load_state_dict(plain)
    merge_into_parts(make_unet(sdxl=False), ours, [Lora(str(tmp_path), 1.0)], None)
    wanted = layers(adapted.merge_and_unload())
    for name, layer in layers(ours).items():
        assert torch.allclose(layer.weight, wanted[name].weight, atol=1e-5), name
        assert torch.equal(layer.weight, plain[f"{name}.weight"]) != name.endswith(
            ("q_proj", "fc1")
        )


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_peft_has_saved_is_merged_whole_or_refused(tmp_path: Path) -> None:
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "DoRA": ({"use_dora": True}, "DoRA"),
        "biases": ({"bias": "lora_only"}, "something else than a LoRA"),
        "a whole layer": ({"modules_to_save": ["conv_out"]}, "something else than a LoRA"),
        "no alpha": ({"lora_alpha": 32}, "adapter_config.json"),
        # These change the weights before they are trained: peft 0.21.2, init_lora_weights.
        "PiSSA": ({"init_lora_weights": "pissa"}, "init_lora_weights pissa"),
        "OLoRA": ({"init_lora_weights": "olora"}, "init_lora_weights olora"),
    }
    for case, (settings, message) in cases.items():
        folder = tmp_path / case
        save_by_peft(adapt(**settings), folder)
        if case == "no alpha":
            (folder / "adapter_config.json").unlink()
        unet = make_unet(sdxl=False)
        before = {name: each.weight.clone() for name, each in layers(unet).items()}
        with pytest.raises(ModelUnavailable, match=message):
            merge_into_parts(unet, make_text_encoder(), [Lora(str(folder), 1.0)], None)
        assert all(torch.equal(each.weight, before[n]) for n, each in layers(unet).items()), case


def test_a_file_of_peft_may_have_another_name(tmp_path: Path) -> None:
    adapted = adapt(lora_alpha=16)
    save_by_peft(adapted, tmp_path)
    (tmp_path / "adapter_model.safetensors").rename(tmp_path / "watercolour.safetensors")
    unet = make_unet(sdxl=False)
    merge_into_parts(unet, make_text_encoder(), [Lora(str(tmp_path), 1.0)], None)
    wanted = adapted.merge_and_unload().get_submodule(ONE).weight
    assert torch.allclose(unet.get_submodule(ONE).weight, wanted, atol=1e-5)


def test_settings_that_are_broken_are_named(tmp_path: Path) -> None:
    save_by_peft(adapt(lora_alpha=16), tmp_path / "whole")
    for text in ("{", "[1]"):
        folder = Path(shutil.copytree(tmp_path / "whole", tmp_path / str(len(text))))
        (folder / "adapter_config.json").write_text(text)
        with pytest.raises(ModelUnavailable, match="PEFT settings"):
            merge_into_parts(
                make_unet(sdxl=False), make_text_encoder(), [Lora(str(folder), 1.0)], None
            )


@pytest.mark.parametrize(
    "settings",
    [
        {"unet.lora_alpha": "much"},
        {"unet.lora_alpha": None},
        {"unet.alpha_pattern": ["x"]},
        {"unet.alpha_pattern": {"(": 4}},
        {"unet.alpha_pattern": {"x": {}}},
    ],
)
def test_an_alpha_of_peft_that_is_no_number(settings: dict[str, Any], tmp_path: Path) -> None:
    pair = {"unet.x.lora_A.weight": torch.ones(4, 8), "unet.x.lora_B.weight": torch.ones(8, 4)}
    metadata = {"lora_adapter_metadata": json.dumps(settings)}
    save_file(pair, tmp_path / "lora.safetensors", metadata=metadata)
    with pytest.raises(ModelUnavailable, match=r"alpha of unet\.x is not a number"):
        read_lora(tmp_path / "lora.safetensors", "x")
