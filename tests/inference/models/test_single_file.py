"""MODEL may be one .safetensors file, and what is wrong with another one is said."""

from __future__ import annotations

import json
import shutil
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import init_empty_weights
from diffusers import (
    AutoencoderKL,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from inference.errors import ModelUnavailable
from inference.models import single_file
from inference.models.checkpoint import Checkpoint
from inference.models.tokenizer import load_tokenizer
from inference.painter import load_painter
from inference.request import DrawRequest
from tests.inference.conftest import load_fp32
from tests.inference.models.original_names import write_one_file
from tests.inference.pipelines.families import make_sdxl
from tests.inference.test_painter import pixels

pytestmark = pytest.mark.slow

QUICK = DrawRequest("a red apple", seed=3, steps=2, guidance=4.0)


def save_clip_tokenizer(folder: Path) -> None:
    """CLIP's tokenizer as other checkpoints have it."""
    folder.mkdir(parents=True)
    ours: Any = load_tokenizer(single_file.LAYOUTS / "sd1" / "tokenizer")
    vocabulary = ours._tokenizer.get_vocab()
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    merges = (single_file.LAYOUTS / "clip" / "merges.txt").read_text(encoding="utf-8")
    (folder / "merges.txt").write_text(merges, encoding="utf-8")


@pytest.fixture(scope="module")
def english(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny checkpoint with CLIP's own vocabulary."""
    folder = tmp_path_factory.mktemp("english") / "model"
    pipe = StableDiffusionPipeline.from_pretrained(
        str(checkpoint), tokenizer=None, safety_checker=None
    )
    torch.manual_seed(2)
    config = CLIPTextConfig.from_pretrained(str(checkpoint / "text_encoder"))
    config.vocab_size, config.eos_token_id, config.bos_token_id = 49408, 49407, 49406
    pipe.text_encoder = CLIPTextModel(config)
    pipe.save_pretrained(str(folder))
    save_clip_tokenizer(folder / "tokenizer")
    table = json.loads((folder / "model_index.json").read_text())
    table["tokenizer"] = ["transformers", "CLIPTokenizer"]
    (folder / "model_index.json").write_text(json.dumps(table))
    return folder


@pytest.fixture(scope="module")
def one_file(english: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same in one file, and a layout for its size."""
    folder = tmp_path_factory.mktemp("one")
    return write_one_file(english, folder / "apple.safetensors", folder / "layouts"), folder


@pytest.fixture
def file(one_file: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    path, folder = one_file
    monkeypatch.setattr(single_file, "LAYOUTS", folder / "layouts")
    monkeypatch.setattr("inference.models.tokenizer.LAYOUTS", folder / "layouts")
    return path


def test_one_file_paints_what_its_folder_paints(file: Path, english: Path) -> None:
    ours, theirs = load_fp32(file), load_fp32(english)
    assert abs(pixels(ours.paint(QUICK)[0]) - pixels(theirs.paint(QUICK)[0])).max() <= 1
    assert (ours.info.name, ours.info.english_only) == ("apple", True)
    ours.close()
    theirs.close()


def test_a_file_may_hold_the_rest_of_clip(file: Path, english: Path, tmp_path: Path) -> None:
    """And what else programs leave beside a model: averages, schedules, a control network."""
    tensors = load_file(file)
    text = "cond_stage_model.transformer."
    more = ["text_projection.weight", "logit_scale", "visual_projection.weight"]
    more += ["vision_model.embeddings.class_embedding"]
    rest = {f"{text}{name}": torch.ones(2, 2) for name in more}
    rest |= {"model_ema.decay": torch.ones(1), "alphas_cumprod": torch.ones(1000)}
    rest |= {
        "control_model.zero_convs.0.0.weight": torch.ones(2),
        "cond_stage_model.logit_scale": torch.ones(1),
    }
    save_file({**tensors, **rest}, tmp_path / "whole.safetensors")
    ours, theirs = load_fp32(tmp_path / "whole.safetensors"), load_fp32(english)
    assert abs(pixels(ours.paint(QUICK)[0]) - pixels(theirs.paint(QUICK)[0])).max() <= 1
    ours.close()
    theirs.close()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, one_order: None) -> Path:
    """A small SDXL with CLIP's own vocabulary, in diffusers' layout."""
    place = tmp_path_factory.mktemp("large")
    pipe = StableDiffusionXLPipeline.from_pretrained(
        str(make_sdxl(place)), tokenizer=None, tokenizer_2=None
    )
    torch.manual_seed(3)
    for name, kind in (
        ("text_encoder", CLIPTextModel),
        ("text_encoder_2", CLIPTextModelWithProjection),
    ):
        config = getattr(pipe, name).config
        config.vocab_size, config.eos_token_id, config.bos_token_id = 49408, 49407, 49406
        encoder = kind(config)
        with torch.no_grad():  # the usual small weights would make all prompts look the same
            encoder.get_input_embeddings().weight.normal_(std=1.0)
        setattr(pipe, name, encoder)
    folder = place / "model"
    pipe.save_pretrained(str(folder))
    table = json.loads((folder / "model_index.json").read_text())
    for name in ("tokenizer", "tokenizer_2"):
        save_clip_tokenizer(folder / name)
        shipped = single_file.LAYOUTS / "sdxl" / name / "tokenizer_config.json"
        shutil.copy(shipped, folder / name / shipped.name)
        table[name] = ["transformers", "CLIPTokenizer"]
    (folder / "model_index.json").write_text(json.dumps(table))
    return folder


def test_an_sdxl_in_one_file_paints_what_its_folder_paints(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_one_file(large, tmp_path / "pear.safetensors", tmp_path / "layouts")
    monkeypatch.setattr(single_file, "LAYOUTS", tmp_path / "layouts")
    monkeypatch.setattr("inference.models.tokenizer.LAYOUTS", tmp_path / "layouts")
    assert single_file.identify(file) == "sdxl"
    ours, theirs = load_fp32(file), load_fp32(large)
    try:
        assert ours.model.is_sdxl
        for prompt in ("a red apple", "a blue train at night"):
            request = replace(QUICK, prompt=prompt)
            one, other = (pixels(painter.paint(request)[0]) for painter in (ours, theirs))
            assert abs(one - other).max() <= 1
            assert one.std() > 0.5
    finally:
        ours.close()
        theirs.close()


def test_the_vocabulary_is_clips() -> None:
    """Ids that CLIP is known to give, and a tokenizer made by transformers from two files."""
    tokenizer = load_tokenizer(single_file.LAYOUTS / "sd1" / "tokenizer")
    assert tokenizer.max_id == 49407
    ids = tokenizer.encode("a photo of a cat")
    assert ids[:7] == [49406, 320, 1125, 539, 320, 2368, 49407]
    assert set(ids[7:]) == {49407}
    second = load_tokenizer(single_file.LAYOUTS / "sdxl" / "tokenizer_2")
    assert second.encode("a photo of a cat")[:8] == [*ids[:7], 0]


def test_the_vocabulary_is_spelled_as_in_folders(tmp_path: Path) -> None:
    save_clip_tokenizer(tmp_path / "clip")
    theirs = CLIPTokenizer.from_pretrained(str(tmp_path / "clip"))
    ours = load_tokenizer(single_file.LAYOUTS / "sd1" / "tokenizer")
    for text in ["A watercolor of Mt. Fuji!", "夜の富士山", "😀 naïve café", ""]:
        wanted = theirs(text, padding="max_length", truncation=True, max_length=77)
        assert ours.encode(text) == list(wanted["input_ids"]), text


SIZES = [
    ("sd1", "unet", UNet2DConditionModel, 859_520_964),
    ("sd1", "vae", AutoencoderKL, 83_653_863),
    ("sd1", "text_encoder", CLIPTextModel, 123_060_480),
    ("sdxl", "unet", UNet2DConditionModel, 2_567_463_684),
    ("sdxl", "vae", AutoencoderKL, 83_653_863),
    ("sdxl", "text_encoder", CLIPTextModel, 123_060_480),
    ("sdxl", "text_encoder_2", CLIPTextModelWithProjection, 694_659_840),
]


@pytest.mark.parametrize(("layout", "part", "cls", "weights"), SIZES)
def test_the_layouts_have_the_real_sizes(layout: str, part: str, cls: Any, weights: int) -> None:
    folder = str(single_file.LAYOUTS / layout / part)
    with init_empty_weights():
        if hasattr(cls, "load_config"):
            network = cls.from_config(cls.load_config(folder))
        else:
            network = cls(cls.config_class.from_pretrained(folder))
    assert sum(tensor.numel() for tensor in network.parameters()) == weights


def refused(file: Path, message: str) -> None:
    with pytest.raises(ModelUnavailable, match=message) as caught:
        Checkpoint.find(str(file))
    assert str(file) in str(caught.value)


def test_broken_files_are_named_as_such(tmp_path: Path, file: Path) -> None:
    whole = file.read_bytes()
    header = json.dumps({"a": {"dtype": "F32", "shape": [4], "data_offsets": "x"}}).encode()
    cases = {
        b"": "not a safetensors file",
        b"x" * 64: "not a safetensors file",
        b"GGUF" + bytes(60): "GGUF file, whose weights are quantized",
        b"version https://git-lfs.github.com/spec/v1\noid": "pointer of Git LFS",
        struct.pack("<Q", 100) + b"{" * 100: "header is damaged",
        struct.pack("<Q", 2) + b"{}": "names no weights",
        struct.pack("<Q", 2) + b"[]": "names no weights",
        struct.pack("<Q", len(header)) + header: "names no weights",
        whole[: len(whole) // 2]: "cut off",
        whole[:2000]: "header is damaged",
    }
    wrong = []
    for number, (content, message) in enumerate(cases.items()):
        broken = tmp_path / f"model{number}.safetensors"
        broken.write_bytes(content)
        try:
            Checkpoint.find(str(broken))
        except ModelUnavailable as error:
            if message not in str(error):
                wrong.append((message, str(error)))
        else:
            wrong.append((message, "loaded"))
    assert wrong == []
    (tmp_path / "model.ckpt").write_bytes(b"\x80\x02")
    refused(tmp_path / "model.ckpt", "only .safetensors is read")


UNET = "model.diffusion_model.input_blocks.0.0.weight"
VAE = "first_stage_model.encoder.conv_in.weight"
EMBEDDING = "text_model.embeddings.token_embedding.weight"
KINDS = {
    "LoRA": (["lora_unet_down_blocks_0.lora_down.weight"], "it is a LoRA.*set LORA"),
    "a UNet": (["down_blocks.0.resnets.0.conv1.weight"], "one part of a model"),
    "an autoencoder": (["decoder.conv_in.weight"], "one part of a model"),
    "FLUX": (["double_blocks.0.img_attn.qkv.weight"], "another family"),
    "a LoRA of PEFT": (["unet.a.lora_A.weight"], "it is a LoRA.*set LORA"),
    "LoHa": (["lycoris_a.hada_w1_a"], "it is a LoRA.*set LORA"),
    "an embedding": (["emb_params"], "an embedding"),
    "an embedding of SDXL": (["clip_l", "clip_g"], "an embedding"),
    "a ControlNet": (["control_model.input_blocks.0.0.weight"], "a ControlNet"),
    "a ControlNet of diffusers": (
        ["controlnet_cond_embedding.conv_in.weight", "down_blocks.0.resnets.0.conv1.weight"],
        "a ControlNet",
    ),
    "an IP-Adapter": (["ip_adapter.1.to_k_ip.weight", "image_proj.proj.weight"], "an IP-Adapter"),
    "an autoencoder of one file": ([VAE], "an autoencoder alone"),
    "SD 3 with a prefix": (["model.diffusion_model.joint_blocks.0.x"], "another family"),
    "anything": (["layer.0.weight", "layer.1.weight"], "none of the names"),
    "EDM": ([UNET, VAE, "edm_mean"], "another kind of noise"),
    "SD 2": ([UNET, VAE, "cond_stage_model.model.token_embedding.weight"], r"2\.x"),
    "the refiner": ([UNET, VAE, "conditioner.embedders.0.model.ln_final.weight"], "refiner"),
    "no autoencoder": ([UNET, f"cond_stage_model.transformer.{EMBEDDING}"], "no autoencoder"),
    "no text encoder": ([UNET, VAE], "no text encoder"),
    "another vocabulary": (
        [UNET, VAE, f"cond_stage_model.transformer.{EMBEDDING}"],
        "vocabulary of 8 tokens instead of CLIP's 49408",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_other_kinds_of_file_are_named(kind: str, tmp_path: Path) -> None:
    names, message = KINDS[kind]
    save_file({name: torch.zeros(8, 4, 1, 1) for name in names}, tmp_path / "m.safetensors")
    refused(tmp_path / "m.safetensors", message)


def test_a_model_for_inpainting_is_named(tmp_path: Path) -> None:
    tensors = {VAE: torch.zeros(1), UNET: torch.zeros(8, 9, 3, 3)}
    tensors[f"cond_stage_model.transformer.{EMBEDDING}"] = torch.zeros(8, 4)
    save_file(tensors, tmp_path / "m.safetensors")
    refused(tmp_path / "m.safetensors", "9.* a model for inpainting")


def test_weights_of_another_shape_are_named(file: Path, tmp_path: Path) -> None:
    tensors = load_file(file)
    key = next(name for name in tensors if "emb_layers" in name)
    for changed, message in [
        ({**tensors, key: torch.zeros(3, 3)}, "of another size"),
        ({**tensors, key: torch.ones(tensors[key].shape, dtype=torch.int8)}, "a quantized copy"),
        ({**tensors, "model.diffusion_model.out.2.scale_weight": torch.ones(1)}, "a quantized"),
        ({**tensors, key: tensors[key] * torch.nan}, "not a number"),
        ({name: each for name, each in tensors.items() if name != key}, "missing"),
    ]:
        save_file(changed, tmp_path / "m.safetensors")
        with pytest.raises(ModelUnavailable, match=rf"unet of m(\.safetensors)? .*{message}"):
            load_painter(str(tmp_path / "m.safetensors"), device="cpu")


MARKS: list[tuple[list[str], dict[str, str] | None, dict[str, Any]]] = [
    ([], None, {}),
    ([], {"modelspec.prediction_type": "epsilon"}, {}),
    ([], {"modelspec.prediction_type": "v"}, {"prediction_type": "v_prediction"}),
    ([], {"modelspec.predict_key": "v"}, {"prediction_type": "v_prediction"}),
    ([], {"modelspec.predict_key": "epsilon", "ss_v_parameterization": "False"}, {}),
    ([], {"ss_v_parameterization": "True"}, {"prediction_type": "v_prediction"}),
    (["v_pred"], None, {"prediction_type": "v_prediction"}),
    (
        ["v_pred", "ztsnr"],
        {"format": "pt"},
        {
            "_class_name": "EulerDiscreteScheduler",
            "prediction_type": "v_prediction",
            "rescale_betas_zero_snr": True,
            "timestep_spacing": "trailing",
        },
    ),
]


@pytest.mark.parametrize(("names", "metadata", "changes"), MARKS)
def test_a_file_says_what_its_unet_predicts(
    file: Path,
    tmp_path: Path,
    names: list[str],
    metadata: dict[str, str] | None,
    changes: dict[str, Any],
) -> None:
    """By weights without numbers, or in its metadata."""
    marked = tmp_path / "m.safetensors"
    save_file({**load_file(file), **{name: torch.zeros(0) for name in names}}, marked, metadata)
    plain = Checkpoint.find(str(file)).scheduler_config()
    assert Checkpoint.find(str(marked)).scheduler_config() == plain | changes
    if names == ["v_pred", "ztsnr"]:
        painter = load_fp32(marked)
        assert painter.model.scheduler_config == plain | changes
        assert pixels(painter.paint(QUICK)[0]).std() > 0.5
        painter.close()
