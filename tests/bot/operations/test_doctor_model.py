"""Why one file cannot be the model, in the operator's language."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from bot.operations.doctor import CheckFailed, machine
from bot.settings import Settings
from bot.texts import sentences
from bot.texts.written import Written
from tests.bot.cli.japanese import english_words
from tests.bot.cli.test_language import fits

UNET = "model.diffusion_model.input_blocks.0.0.weight"
VAE = "first_stage_model.encoder.conv_in.weight"
TEXT = "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight"
FILES = {
    "no_weights": b"\2\0\0\0\0\0\0\0{}",
    "pointer": b"version https://git-lfs.github.com/spec/v1",
    "no_safetensors": b"x" * 64,
    "damaged": struct.pack("<Q", 100) + b"{" * 100,
}
HOLD = {
    "lora": ["lora_unet_down_blocks_0.lora_down.weight"],
    "part": ["decoder.conv_in.weight"],
    "transformer": ["double_blocks.0.img_attn.qkv.weight"],
    "other": ["layer.0.weight", "layer.1.weight"],
    "refiner": [UNET, "conditioner.embedders.0.model.ln_final.weight"],
    "edm": [UNET, VAE, "edm_mean"],
    "sd2": [UNET, VAE, "cond_stage_model.model.ln_final.weight"],
    "no_autoencoder": [UNET, TEXT],
    "no_text_encoder": [UNET, VAE],
    "vocabulary": [UNET, VAE, TEXT],
    "inpainting": [UNET, VAE, TEXT],
    "cut_off": [UNET, VAE, TEXT],
}


def write(path: Path, reason: str) -> Path:
    """A file that cannot be the model for this reason, of the smallest kind."""
    file = path / ("model.ckpt" if reason == "programs" else "model.safetensors")
    channels = 9 if reason == "inpainting" else 4
    header = {
        name: {"dtype": "U8", "shape": [8, channels], "data_offsets": [0, 32]}
        for name in HOLD.get(reason, ())
    }
    text = json.dumps(header).encode()
    rest = b"" if reason == "cut_off" else b"\0" * 32
    file.write_bytes(FILES.get(reason, struct.pack("<Q", len(text)) + text + rest))
    return file


@pytest.mark.parametrize("reason", [*FILES, *HOLD, "programs"])
def test_why_a_file_is_no_model_is_told_in_japanese(
    settings: Settings, tmp_path: Path, reason: str
) -> None:
    file = write(tmp_path, reason)
    with pytest.raises(CheckFailed) as failed:
        machine.check_model(replace(settings, model=str(file)))
    beginning = f"The file {file} cannot be used as MODEL: "
    said = str(failed.value)
    assert said.startswith(beginning)
    assert fits(sentences("en")[f"model_file.{reason}"], said.removeprefix(beginning))
    japanese = failed.value.result.in_language("ja")
    assert japanese.startswith(f"{file} を MODEL に使えません。")
    assert list(english_words(japanese, "layer", "weight", "model", "diffusion")) == []


def test_every_reason_is_tried() -> None:
    keys = {key.partition(".")[2] for key in sentences("en") if key.startswith("model_file.")}
    assert keys == {*FILES, *HOLD, "programs", "unusable", "unreadable"}
    said = Written("model_file", "The file x cannot be used as MODEL: it cannot be read: EIO")
    assert said.in_language("ja") == "x を MODEL に使えません。読めません（EIO）。"
