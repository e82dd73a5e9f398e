#!/usr/bin/env bash
# diffusers 0.42.1: with a scheduler that adds noise, a seed gives another picture each time in Stable Diffusion 3.
# Guess: generator=torch.Generator().manual_seed(1) gives the same picture each time, with FlowMatchLCMScheduler, with
#   stochastic_sampling=True and with "sde-dpmsolver++" as with every other scheduler; step() takes a generator.
# Seen: the pipeline keeps the generator for the first noise. What a step adds comes from torch's own: each time another picture, as
#   far from the one before as one of another seed. No warning. With torch.manual_seed(1) besides it is the same again.
#   Stable Diffusion XL hands its generator on. Flux, Qwen-Image, Chroma and Z-Image call step() as Stable Diffusion 3 does.
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
    DPMSolverMultistepScheduler,
    FlowMatchEulerDiscreteScheduler,
    FlowMatchLCMScheduler,
    LCMScheduler,
    SD3Transformer2DModel,
    StableDiffusion3Pipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)

torch.set_num_threads(1)
torch.manual_seed(0)
WISH, POOLED = torch.randn(1, 7, 32), torch.randn(1, 16)
vae = AutoencoderKL(block_out_channels=(8,), norm_num_groups=4, latent_channels=4)
NO_TEXT = dict.fromkeys(("text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2"))
transformer = SD3Transformer2DModel(
    sample_size=8, patch_size=2, in_channels=4, out_channels=4, num_layers=2, attention_head_dim=8, num_attention_heads=2,
    joint_attention_dim=32, caption_projection_dim=16, pooled_projection_dim=16, pos_embed_max_size=8,
)
unet = UNet2DConditionModel(
    sample_size=8, block_out_channels=(16, 32), layers_per_block=1, cross_attention_dim=32, norm_num_groups=4,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), attention_head_dim=8, addition_embed_type="text_time",
    up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), addition_time_embed_dim=8, projection_class_embeddings_input_dim=64,
)


def sd3(scheduler):
    return StableDiffusion3Pipeline(
        vae=vae, transformer=transformer, scheduler=scheduler, text_encoder_3=None, tokenizer_3=None, **NO_TEXT
    )


def sdxl(scheduler):
    return StableDiffusionXLPipeline(vae=vae, unet=unet, scheduler=scheduler, add_watermarker=False, **NO_TEXT)


def paint(pipe, seed):
    return pipe(
        prompt_embeds=WISH, pooled_prompt_embeds=POOLED, guidance_scale=1.0, num_inference_steps=4, height=8, width=8,
        generator=torch.Generator().manual_seed(seed), output_type="latent",
    ).images


SDE = {"algorithm_type": "sde-dpmsolver++", "use_flow_sigmas": True, "prediction_type": "flow_prediction"}
for name, pipe, same in (
    ("Stable Diffusion 3, FlowMatchLCMScheduler", sd3(FlowMatchLCMScheduler()), False),
    ("Stable Diffusion 3, stochastic_sampling", sd3(FlowMatchEulerDiscreteScheduler(stochastic_sampling=True)), False),
    ("Stable Diffusion 3, sde-dpmsolver++", sd3(DPMSolverMultistepScheduler(**SDE)), False),
    ("Stable Diffusion 3, its own scheduler", sd3(FlowMatchEulerDiscreteScheduler()), True),
    ("Stable Diffusion XL, LCMScheduler", sdxl(LCMScheduler()), True),
):
    pipe.set_progress_bar_config(disable=True)
    first, again, other = paint(pipe, 1), paint(pipe, 1), paint(pipe, 2)
    seeded = [torch.manual_seed(1) and paint(pipe, 1) for _ in range(2)]
    apart, another = float((first - again).std()), float((first - other).std())
    print(f"{name}: the same seed is {apart:.2g} from itself, another seed {another:.2g}")
    assert torch.equal(*seeded) and (apart == 0 if same else apart > 0.3 * another), name
PY
