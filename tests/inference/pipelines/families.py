"""Tiny checkpoints with random weights of families that are not Stable Diffusion 1.x.

Each is built from its own parts, saved to a folder as diffusers does, and small enough to paint on
a processor in a moment. Their tokenizers are made here too: nothing is downloaded.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers.models.t5.modeling_t5 import T5EncoderModel

from tests.inference.tiny import _write_safety, _write_tokenizer, write_line_tokenizer

CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_SD1_NOISE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def make_sdxl(
    folder: Path,
    *,
    japanese: bool = False,
    vae: dict[str, Any] | None = None,
    **unet: Any,
) -> Path:
    """StableDiffusionXLPipeline: a UNet, two CLIP text towers, English.

    japanese: in the shape of tohoku-nlp/stable-diffusion-xl-jp-base-1.0, whose two encoders have
    one SentencePiece vocabulary. vae, unet: other settings of the autoencoder and of the UNet.
    """
    torch.manual_seed(0)
    size = write_clip_tokenizer(folder / "clip")
    tokenizer = transformers.CLIPTokenizer.from_pretrained(str(folder / "clip"))
    if japanese:
        size = max(size, write_line_tokenizer(folder / "line", byte_fallback=True))
    config = _clip_config(size)
    made = _save(
        diffusers.StableDiffusionXLPipeline(
            vae=_vae(**(vae or {})),
            text_encoder=_loud(transformers.CLIPTextModel(config)),
            text_encoder_2=_loud(transformers.CLIPTextModelWithProjection(config)),
            tokenizer=tokenizer,
            tokenizer_2=tokenizer,
            unet=diffusers.UNet2DConditionModel(
                **{
                    "sample_size": 8,
                    "block_out_channels": (16, 32),
                    "layers_per_block": 1,
                    "norm_num_groups": 8,
                    "cross_attention_dim": 64,
                    "attention_head_dim": (2, 4),
                    "use_linear_projection": True,
                    "addition_embed_type": "text_time",
                    "addition_time_embed_dim": 8,
                    "transformer_layers_per_block": (1, 1),
                    "projection_class_embeddings_input_dim": 80,
                    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
                    "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
                    **unet,
                }
            ),
            scheduler=diffusers.EulerDiscreteScheduler(**_SD1_NOISE, steps_offset=1),
        ),
        folder / "sdxl",
    )
    if japanese:
        index = json.loads((made / "model_index.json").read_text(encoding="utf-8"))
        for name in ("tokenizer", "tokenizer_2"):
            shutil.rmtree(made / name)
            shutil.copytree(folder / "line", made / name)
            index[name] = ["transformers", "T5Tokenizer"]
        (made / "model_index.json").write_text(json.dumps(index), encoding="utf-8")
    return made


def make_pixart(folder: Path) -> Path:
    """PixArtSigmaPipeline: a transformer, a T5 encoder, resolution bins, the old callback."""
    torch.manual_seed(0)
    size = _write_tokenizer(folder / "t5", old=False, standard_order=True)
    config = transformers.T5Config(
        vocab_size=size, d_model=32, d_kv=8, d_ff=32, num_layers=1, num_heads=2
    )
    return _save(
        diffusers.PixArtSigmaPipeline(
            tokenizer=transformers.T5Tokenizer.from_pretrained(str(folder / "t5"), extra_ids=0),
            text_encoder=_loud(T5EncoderModel(config)),
            vae=_vae(),
            transformer=diffusers.PixArtTransformer2DModel(
                num_attention_heads=2,
                attention_head_dim=8,
                num_layers=1,
                cross_attention_dim=16,
                caption_channels=32,
                sample_size=32,
            ),
            scheduler=diffusers.DPMSolverMultistepScheduler(),
        ),
        folder / "pixart",
    )


def make_z_image(folder: Path) -> Path:
    """ZImagePipeline: flow matching, a Qwen3 encoder with a chat template."""
    torch.manual_seed(0)
    tokenizer = _chat_tokenizer()
    config = transformers.Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=512,
    )
    return _save(
        diffusers.ZImagePipeline(
            tokenizer=tokenizer,
            text_encoder=_loud(transformers.Qwen3Model(config)),
            vae=_vae(scaling_factor=0.36, shift_factor=0.11),
            transformer=diffusers.ZImageTransformer2DModel(
                in_channels=4,
                dim=32,
                n_layers=1,
                n_refiner_layers=1,
                n_heads=2,
                n_kv_heads=2,
                cap_feat_dim=32,
                axes_dims=[4, 6, 6],
                axes_lens=[1024, 64, 64],
            ),
            scheduler=diffusers.FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        ),
        folder / "z-image",
    )


def make_lcm(folder: Path) -> Path:
    """LatentConsistencyModelPipeline: its UNet takes the guidance scale in; a safety checker."""
    torch.manual_seed(0)
    size = write_clip_tokenizer(folder / "clip")
    _write_safety(folder, old=False)
    checker = diffusers.pipelines.stable_diffusion.safety_checker.StableDiffusionSafetyChecker
    return _save(
        diffusers.LatentConsistencyModelPipeline(
            vae=_vae(),
            text_encoder=_loud(transformers.CLIPTextModel(_clip_config(size))),
            tokenizer=transformers.CLIPTokenizer.from_pretrained(str(folder / "clip")),
            unet=diffusers.UNet2DConditionModel(
                sample_size=8,
                block_out_channels=(16, 32),
                layers_per_block=1,
                norm_num_groups=8,
                cross_attention_dim=32,
                attention_head_dim=4,
                time_cond_proj_dim=32,
                down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
                up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
            ),
            scheduler=diffusers.LCMScheduler(**_SD1_NOISE, clip_sample=False),
            safety_checker=checker.from_pretrained(str(folder / "safety_checker")),
            feature_extractor=transformers.CLIPImageProcessorPil.from_pretrained(
                str(folder / "feature_extractor")
            ),
        ),
        folder / "lcm",
    )


def write_clip_tokenizer(folder: Path) -> int:
    """vocab.json and merges.txt of a CLIP that knows bytes alone; returns the vocabulary's size."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [
        *letters,
        *(f"{letter}</w>" for letter in letters),
        "<|startoftext|>",
        "<|endoftext|>",
    ]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return len(pieces)


def _chat_tokenizer() -> Any:
    """Byte-level BPE without merges, and a chat template in the style of Qwen."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    model = Tokenizer(models.BPE(vocab={each: n for n, each in enumerate(letters)}, merges=[]))
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    model.decoder = decoders.ByteLevel()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=model,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=["<|im_start|>"],
        model_max_length=512,
    )
    tokenizer.chat_template = CHAT
    return tokenizer


def _clip_config(size: int) -> Any:
    return transformers.CLIPTextConfig(
        vocab_size=size,
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        projection_dim=32,
        bos_token_id=size - 2,
        eos_token_id=size - 1,
        pad_token_id=size - 1,
    )


def _vae(**changes: Any) -> Any:
    return diffusers.AutoencoderKL(
        block_out_channels=(8, 8, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=4,
        latent_channels=4,
        sample_size=64,
        **changes,
    )


def _loud(encoder: Any) -> Any:
    """With embeddings large enough that prompts matter."""
    with torch.no_grad():
        encoder.get_input_embeddings().weight.normal_(std=1.0)
    return encoder


def _save(pipe: Any, folder: Path) -> Path:
    pipe.save_pretrained(str(folder))
    return folder
