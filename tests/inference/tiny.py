"""A tiny checkpoint with random weights in the shape of Japanese Stable Diffusion.

python -m tests.inference.tiny FOLDER    writes one; use it as MODEL=FOLDER
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from transformers import CLIPConfig, CLIPTextConfig, CLIPTextModel
from transformers.utils import logging as transformers_logging

NATIVE = 64
_THINGS = "りんご 富士山 猫 犬 桜 城 電車 海 花火 サラリーマン 女の子 男の子 侍 神社 紅葉 ロボット"
_LOOKS = "赤い 青い 白い 小さな 大きな 夜の 朝の 美しい 古い 静かな かわいい 雪の 春の 夏の 冬の"
_STYLES = "油絵 水彩画 浮世絵風 アニメ風 写真 版画 水墨画 イラスト"
_LATIN = "a photo of cat dog red apple in the style oil painting"
_CONTROL = ("[PAD]", "[CLS]", "[SEP]", "[MASK]")


def make_checkpoint(
    folder: Path,
    *,
    class_name: str = "StableDiffusionPipeline",
    weights: str = "safetensors",
    safety: bool = False,
    steps: int | None = None,
    **unet_settings: Any,
) -> Path:
    """Write a checkpoint into the folder and return it. A second or two of work.

    weights: "safetensors", or "bin" for the layout of 2022 in every respect (.bin files, the old
    names of weights, few scheduler settings, CLIPFeatureExtractor). safety: with a safety checker.
    steps: the checkpoint's default number of steps, for slow painting; None leaves it open.
    unet_settings: other settings of the UNet.
    """
    transformers_logging.disable_progress_bar()
    torch.manual_seed(0)
    old = weights == "bin"
    folder.mkdir(parents=True, exist_ok=True)
    size = _write_tokenizer(folder / "tokenizer", old)
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=size,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=77,
            projection_dim=32,
            bos_token_id=1,
            eos_token_id=2,
            pad_token_id=3,
        )
    )
    with torch.no_grad():  # the usual small weights would make all prompts look the same
        text.get_input_embeddings().weight.normal_(std=1.0)
    unet = UNet2DConditionModel(
        sample_size=NATIVE // 8,
        block_out_channels=(16, 32),
        layers_per_block=1,
        norm_num_groups=8,
        cross_attention_dim=32,
        attention_head_dim=4,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        **unet_settings,
    )
    vae = AutoencoderKL(
        block_out_channels=(8, 8, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=4,
        latent_channels=4,
        sample_size=NATIVE,
    )
    _save(folder / "text_encoder", text, old)
    _save(folder / "unet", unet, old)
    _save(folder / "vae", vae, old)
    if safety:
        _write_safety(folder, old)
    scheduler: dict[str, Any] = {
        "_class_name": "PNDMScheduler",
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "num_train_timesteps": 1000,
        "skip_prk_steps": True,
    }
    if not old:
        scheduler.update(set_alpha_to_one=False, steps_offset=1, clip_sample=False)
    _json(folder / "scheduler" / "scheduler_config.json", scheduler)
    extractor = "CLIPFeatureExtractor" if old else "CLIPImageProcessor"
    checker = ["stable_diffusion", "StableDiffusionSafetyChecker"]
    index = {
        "_class_name": class_name,
        "_diffusers_version": "0.2.2" if old else "0.42.1",
        "feature_extractor": ["transformers", extractor] if safety else [None, None],
        "safety_checker": checker if safety else [None, None],
        "scheduler": ["diffusers", "PNDMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "T5Tokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    _json(folder / "model_index.json", index)
    if steps:
        _json(folder / "mame.json", {"native_size": NATIVE, "default_steps": steps})
    return folder


def sentences() -> list[str]:
    """The Japanese prompts that the tokenizer is trained on."""
    return [
        f"{look}{thing} {style}"
        for look in _LOOKS.split()
        for thing in _THINGS.split()
        for style in _STYLES.split()
    ] + [_LATIN, "サラリーマン 油絵", "人物なし、文字なし、低画質"] * 20


def _write_tokenizer(folder: Path, old: bool, standard_order: bool = False) -> int:
    """spiece.model with the ids of rinna's family of tokenizers; returns the vocabulary's size.

    standard_order: with the ids of the original T5 instead, which transformers reads right.
    """
    unk, bos, eos, pad = (2, -1, 1, 0) if standard_order else (0, 1, 2, -1)
    control = [] if standard_order else list(_CONTROL)
    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences()),
        model_prefix=str(folder / "spiece"),
        vocab_size=300,
        hard_vocab_limit=False,
        unk_id=unk,
        bos_id=bos,
        eos_id=eos,
        pad_id=pad,
        user_defined_symbols=control,
        num_threads=1,
        minloglevel=2,
    )
    (folder / "spiece.vocab").unlink()
    if standard_order:
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))
        return int(pieces.get_piece_size())
    special = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    special |= {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    special |= {"mask_token": "[MASK]"}
    _json(folder / "special_tokens_map.json", special)
    config: dict[str, Any] = {**special, "tokenizer_class": "T5Tokenizer", "extra_ids": 0}
    if not old:
        config.update(do_lower_case=True, model_max_length=77)
    _json(folder / "tokenizer_config.json", config)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))
    return int(pieces.get_piece_size())


def write_line_tokenizer(folder: Path, *, byte_fallback: bool) -> int:
    """A folder with the ids of line-corporation/japanese-large-lm's tokenizer, and few pieces.

    unk 0, <s> 1, </s> 2, <pad> 3, capitals kept, class T5Tokenizer; returns the vocabulary's size.
    byte_fallback: whether unknown characters are spelled in bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*sentences(), "A Photo of Mt. Fuji, THE BEST"] * 2),
        model_prefix=str(folder / "spiece"),
        vocab_size=600 if byte_fallback else 350,
        hard_vocab_limit=False,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=3,
        pad_piece="<pad>",
        byte_fallback=byte_fallback,
        num_threads=1,
        minloglevel=2,
    )
    (folder / "spiece.vocab").unlink()
    special = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    _json(folder / "special_tokens_map.json", special)
    _json(
        folder / "tokenizer_config.json",
        {**special, "tokenizer_class": "T5Tokenizer", "extra_ids": 0, "model_max_length": 77},
    )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))
    return int(pieces.get_piece_size())


def _write_safety(folder: Path, old: bool) -> None:
    config = CLIPConfig(
        text_config={
            "bos_token_id": 1,
            "eos_token_id": 2,
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "vocab_size": 99,
        },
        vision_config={
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": 32,
            "patch_size": 16,
        },
        projection_dim=16,
    )
    checker = StableDiffusionSafetyChecker(config)
    with torch.no_grad():  # a cosine is never above 1: nothing is refused
        checker.concept_embeds_weights.fill_(2.0)
        checker.special_care_embeds_weights.fill_(2.0)
    _save(folder / "safety_checker", checker, old)
    preprocessor = {
        "crop_size": 32 if old else {"height": 32, "width": 32},
        "size": 32 if old else {"shortest_edge": 32},
        "do_center_crop": True,
        "do_normalize": True,
        "do_resize": True,
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
        "resample": 3,
    }
    _json(folder / "feature_extractor" / "preprocessor_config.json", preprocessor)


def _save(folder: Path, part: Any, old: bool) -> None:
    part.save_pretrained(str(folder))
    if not old:
        return
    for file in folder.glob("*.safetensors"):
        file.unlink()
    named = part.state_dict()
    if isinstance(part, CLIPTextModel):
        named = {_prefixed("text_model.", name): value for name, value in named.items()}
        named["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    elif isinstance(part, AutoencoderKL):
        names = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
        for new, ancient in names.items():
            named = {name.replace(f".{new}.", f".{ancient}."): v for name, v in named.items()}
    diffusers = isinstance(part, AutoencoderKL | UNet2DConditionModel)
    name = "diffusion_pytorch_model.bin" if diffusers else "pytorch_model.bin"
    torch.save({key: value.clone() for key, value in named.items()}, folder / name)


def _prefixed(prefix: str, name: str) -> str:
    return name if name.startswith(prefix) else prefix + name


def _json(path: Path, table: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(table, indent=2), encoding="utf-8")


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--class-name", default="StableDiffusionPipeline")
    parser.add_argument("--weights", choices=("safetensors", "bin"), default="safetensors")
    parser.add_argument("--safety", action="store_true")
    parser.add_argument("--steps", type=int)
    options = parser.parse_args()
    if (options.folder / "model_index.json").exists():
        shutil.rmtree(options.folder)
    make_checkpoint(
        options.folder,
        class_name=options.class_name,
        weights=options.weights,
        safety=options.safety,
        steps=options.steps,
    )
    print(options.folder)


if __name__ == "__main__":
    _main()
