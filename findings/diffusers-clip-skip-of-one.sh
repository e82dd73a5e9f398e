#!/usr/bin/env bash
# diffusers 0.42.1: clip_skip is for the wish alone: the negative prompt is read by all layers.
# Guess: clip_skip=1 takes the layer before the last for the wish and for the negative prompt: a negative prompt
#   that is the wish itself takes nothing away, so that each guidance scale paints the same picture.
# Seen: the negative prompt comes from the layer that it comes from without clip_skip. Guidance goes from one layer to another too, the
#   more the larger its scale: with one text on both sides a scale of 7.5 paints another picture than 2. In Stable Diffusion XL and 3.
#   Without clip_skip, or given as embeddings of one layer, it is right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import json
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL, DDIMScheduler, StableDiffusion3Pipeline, StableDiffusionXLPipeline, UNet2DConditionModel,
)
from tokenizers.pre_tokenizers import ByteLevel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

torch.set_num_threads(1)
torch.set_grad_enabled(False)
torch.manual_seed(0)
letters = sorted(ByteLevel.alphabet())
pieces = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
Path("vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(pieces)}))
Path("merges.txt").write_text("#version: 0.2\n")
tokenizer = CLIPTokenizer("vocab.json", "merges.txt", model_max_length=77)
config = CLIPTextConfig(
    vocab_size=len(tokenizer), hidden_size=8, intermediate_size=8, num_hidden_layers=4, num_attention_heads=1, projection_dim=8,
    bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, initializer_factor=20.0,
)
TEXT = "夜の富士山"


def encoder(of_class):
    torch.manual_seed(1)
    return of_class(config).eval()


unet = UNet2DConditionModel(
    sample_size=8, block_out_channels=(8,), layers_per_block=1, norm_num_groups=4, cross_attention_dim=16, attention_head_dim=4,
    down_block_types=("CrossAttnDownBlock2D",), up_block_types=("CrossAttnUpBlock2D",), addition_embed_type="text_time",
    addition_time_embed_dim=4, projection_class_embeddings_input_dim=32,
)
xl = StableDiffusionXLPipeline(
    AutoencoderKL(block_out_channels=(8,), norm_num_groups=4), encoder(CLIPTextModel), encoder(CLIPTextModelWithProjection),
    tokenizer, tokenizer, unet, DDIMScheduler(prediction_type="sample", clip_sample=False), add_watermarker=False,
)
xl.set_progress_bar_config(disable=True)
three = StableDiffusion3Pipeline(
    None, None, None, encoder(CLIPTextModelWithProjection), tokenizer, encoder(CLIPTextModelWithProjection), tokenizer, None, None
)
three.transformer = type("Transformer", (), {"config": type("Config", (), {"joint_attention_dim": 16})})()


def painted(scale, **given):
    return xl(
        guidance_scale=scale, num_inference_steps=3, output_type="latent", generator=torch.Generator().manual_seed(0), **given
    ).images


def apart(one, other):
    return float((one - other).abs().mean())


both = {"prompt": TEXT, "negative_prompt": TEXT}
text, _, pooled, _ = xl.encode_prompt(TEXT, device="cpu", do_classifier_free_guidance=False, clip_skip=1)
embeds = {
    "prompt_embeds": text, "negative_prompt_embeds": text, "pooled_prompt_embeds": pooled, "negative_pooled_prompt_embeds": pooled,
}
for told, given in ("no clip_skip", both), ("embeddings of one layer", embeds), ("clip_skip=1", {**both, "clip_skip": 1}):
    off = apart(painted(7.5, **given), painted(2.0, **given))
    print(f"one text as wish and as negative prompt, {told}: scales 7.5 and 2 are {off:.1e} apart")
    assert off > 1e-3 if "clip_skip=1" in told else off < 1e-5, off

def sides(pipe, skip):
    given = {"negative_prompt": TEXT, "do_classifier_free_guidance": True, "device": "cpu", "clip_skip": skip}
    if pipe is three:
        return pipe.encode_prompt(TEXT, TEXT, TEXT, **given)[:2]
    return pipe.encode_prompt(TEXT, num_images_per_prompt=1, **given)[:2]


for name, pipe in ("XL", xl), ("3", three):
    plain, skipped = sides(pipe, None), sides(pipe, 1)
    print(f"Stable Diffusion {name}: apart {apart(*plain):.4f}, with clip_skip=1 {apart(*skipped):.4f}; it changes the wish by")
    print(f"  {apart(plain[0], skipped[0]):.4f} and the negative prompt by {apart(plain[1], skipped[1]):.4f}")
    assert apart(*plain) < 1e-6 and apart(*skipped) > 1e-3
    assert apart(plain[0], skipped[0]) > 1e-3 and apart(plain[1], skipped[1]) == 0
PY
