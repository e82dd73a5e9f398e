#!/usr/bin/env bash
# diffusers 0.42.1, transformers 5.23.0: of a textual inversion with capitals in its token, only the first vector is used.
# Guess: load_textual_inversion(three vectors, token=NAME) has all three painted with, however NAME is spelled.
# Seen: Stable Diffusion's tokenizer lower-cases what it matches, and what it names. <neko> and 猫 become three ids; <NEKO>
#   and Neko become one, without a word: the prompt is expanded only for a token that tokenize() gives back as it was written.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.utils import logging
from tokenizers.pre_tokenizers import ByteLevel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

logging.set_verbosity_error()
torch.manual_seed(0)
letters = sorted(ByteLevel.alphabet())
pieces = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
Path("vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(pieces)}))
Path("merges.txt").write_text("#version: 0.2\n")


def painter():
    """Return a Stable Diffusion of random weights with a tokenizer of CLIP's own class."""
    tokenizer = CLIPTokenizer("vocab.json", "merges.txt", model_max_length=77)
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
    )
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=(8,), layers_per_block=1, norm_num_groups=4, cross_attention_dim=8,
        down_block_types=("CrossAttnDownBlock2D",), up_block_types=("CrossAttnUpBlock2D",), attention_head_dim=4,
    )
    pipe = StableDiffusionPipeline(
        AutoencoderKL(block_out_channels=(8,), norm_num_groups=4), CLIPTextModel(text), tokenizer, unet,
        DDIMScheduler(), None, None, requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def picture(pipe, token):
    return pipe(f"夜の{token}、浮世絵風", num_inference_steps=2, output_type="latent",
                generator=torch.Generator().manual_seed(0)).images


vectors = torch.randn(3, 8)
for token, used in (("<neko>", 3), ("猫", 3), ("<NEKO>", 1), ("Neko", 1)):
    pipe = painter()
    pipe.load_textual_inversion(vectors, token=token)
    known = pipe.tokenizer.convert_tokens_to_ids([token, f"{token}_1", f"{token}_2"])
    prompt = pipe.maybe_convert_prompt(f"夜の{token}、浮世絵風", pipe.tokenizer)
    ids = [number for number in pipe.tokenizer(prompt).input_ids if number in known]
    before = picture(pipe, token)
    with torch.no_grad():
        pipe.text_encoder.get_input_embeddings().weight[known[1:]] += 5.0
    changed = float((picture(pipe, token) - before).abs().max())
    print(f"{token}: {prompt} -> vectors {len(ids)} of 3; changing the others changes the picture by {changed:.2g}")
    assert len(ids) == used and (changed > 0) == (used == 3), token
PY
