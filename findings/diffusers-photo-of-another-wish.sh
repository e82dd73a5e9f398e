#!/usr/bin/env bash
# diffusers 0.42.1: with several pictures of each wish, wishes are painted from each other's photos.
# Guess: two wishes, their two photos and num_images_per_prompt=2 give two pictures of the first wish from the first photo, then two
#   of the second from the second: each as when it is painted alone.
# Seen: the wishes are repeated as 1, 1, 2, 2 but the photos as 1, 2, 1, 2. So the second picture is the first wish on the second
#   photo, the third the other way round. No warning. With one picture of each, or one wish, all are right.
#   Here Stable Diffusion XL, from a photo and in the masked part of one; most pipelines for photos repeat them in this way.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=warning venv/bin/python -W error::FutureWarning - <<'PY'
import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    StableDiffusionXLImg2ImgPipeline,
    StableDiffusionXLInpaintPipeline,
    UNet2DConditionModel,
)

torch.set_num_threads(1)
torch.manual_seed(0)
WISHES, POOLED, PHOTOS = torch.randn(2, 7, 32), torch.randn(2, 16), torch.randn(2, 4, 8, 8)
MASKS = torch.zeros(2, 1, 8, 8)
MASKS[0, :, :4] = MASKS[1, :, 4:] = 1
parts = {
    "vae": AutoencoderKL(block_out_channels=(8,), norm_num_groups=4, latent_channels=4),
    "unet": UNet2DConditionModel(
        sample_size=8, block_out_channels=(16, 32), layers_per_block=1, cross_attention_dim=32, norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), attention_head_dim=8, addition_embed_type="text_time",
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), addition_time_embed_dim=8, projection_class_embeddings_input_dim=64,
    ),
    "scheduler": EulerDiscreteScheduler(),
    **dict.fromkeys(("text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2")),
}


def paint(pipe, wishes, photos, each, seeds):
    masks = {"mask_image": MASKS[photos]} if isinstance(pipe, StableDiffusionXLInpaintPipeline) else {}
    return pipe(
        prompt_embeds=WISHES[wishes], pooled_prompt_embeds=POOLED[wishes], image=PHOTOS[photos], strength=0.5, guidance_scale=1.0,
        num_inference_steps=4, num_images_per_prompt=each, generator=[torch.Generator().manual_seed(seed) for seed in seeds],
        output_type="latent", **masks,
    ).images


for kind in StableDiffusionXLImg2ImgPipeline, StableDiffusionXLInpaintPipeline:
    pipe = kind(add_watermarker=False, **parts)
    pipe.set_progress_bar_config(disable=True)
    for wishes, each in ([0, 1], 2), ([0, 1], 3), ([0, 1], 1), ([1], 2):
        seeds = range(each * len(wishes))
        pictures = paint(pipe, wishes, wishes, each, seeds)
        seen = []
        for seed, picture in zip(seeds, pictures, strict=True):
            for wish in 0, 1:
                for photo in 0, 1:
                    alone = paint(pipe, [wish], [photo], 1, [seed])[0]
                    if float((alone - picture).abs().max()) < 1e-3:
                        seen.append((wish + 1, photo + 1))
        print(f"{kind.__name__}, wishes {[wish + 1 for wish in wishes]}, {each} of each: (wish, photo) is", *seen)
        assert seen == [(wishes[seed // each] + 1, wishes[seed % len(wishes)] + 1) for seed in seeds]
PY
