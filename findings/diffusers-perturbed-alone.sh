#!/usr/bin/env bash
# diffusers 0.42.1: PerturbedAttentionGuidance and SkipLayerGuidance without CFG are CFG, by the negative prompt.
# Guess: with guidance_scale=1.0 (no CFG) each step compares the wish painted whole with the wish painted with a part of the
#   model left out. The negative prompt is not looked at, and the two guiders, which leave out other parts, differ.
# Seen: the second pass leaves nothing out and is given the negative prompt. Both guiders paint the very picture that
#   ClassifierFreeGuidance paints at their scale, from the second step on, and another negative prompt changes it. The same
#   holds in the steps before `start` and after `stop` of CFG. With CFG on they do as they should. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TQDM_DISABLE=1 TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from diffusers import (
    ClassifierFreeGuidance, EulerDiscreteScheduler, LayerSkipConfig, PerturbedAttentionGuidance, SkipLayerGuidance,
    UNet2DConditionModel,
)
from diffusers.modular_pipelines.stable_diffusion_xl.denoise import StableDiffusionXLDenoiseStep

torch.set_num_threads(1)
torch.manual_seed(0)
LAYER = {"indices": [0], "fqn": "mid_block.attentions.0.transformer_blocks"}
unet = UNet2DConditionModel(
    sample_size=16, block_out_channels=(32, 64), layers_per_block=1, cross_attention_dim=32,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), attention_head_dim=8,
    up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), norm_num_groups=8,
).eval()
noise, (wish, negative, other) = torch.randn(1, 4, 16, 16), torch.randn(3, 1, 7, 32)
pipe = StableDiffusionXLDenoiseStep().init_pipeline()


def paint(guider, negative=negative):
    scheduler = EulerDiscreteScheduler()
    scheduler.set_timesteps(10)
    pipe.update_components(unet=unet, scheduler=scheduler, guider=guider)
    return pipe(
        latents=noise * scheduler.init_noise_sigma, timesteps=scheduler.timesteps, num_inference_steps=10,
        denoiser_input_fields={"prompt_embeds": wish, "negative_prompt_embeds": negative}, output="latents",
    )


def perturbed(cfg, **when):
    return PerturbedAttentionGuidance(
        guidance_scale=cfg, perturbed_guidance_scale=3.0, perturbed_guidance_start=0.0, perturbed_guidance_stop=1.0,
        perturbed_guidance_config=LayerSkipConfig(**LAYER, skip_attention=False, skip_attention_scores=True, skip_ff=False),
        **when,
    )


def skipping(cfg, **when):
    return SkipLayerGuidance(
        guidance_scale=cfg, skip_layer_guidance_scale=3.0, skip_layer_guidance_start=0.0, skip_layer_guidance_stop=1.0,
        skip_layer_config=LayerSkipConfig(**LAYER), **when,
    )


def off(one, another):
    return float((one - another).abs().max())


one, another = paint(perturbed(5.0)), paint(skipping(5.0))
print(f"with CFG the two guiders are {off(one, another):.2g} apart")
assert off(one, another) > 1e-3
# Both begin after the first step whatever their start, so CFG is given a start too.
cfg = paint(ClassifierFreeGuidance(guidance_scale=3.0, start=0.1))
for guider in (perturbed, skipping):
    alone, told = paint(guider(1.0)), paint(guider(1.0), other)
    late = paint(guider(3.0, start=0.99))
    print(f"{guider.__name__} alone: {off(alone, cfg):.2g} from CFG; with another negative prompt {off(told, alone):.2g} off")
    assert off(alone, cfg) < 1e-5 < 1e-3 < off(told, alone)
    print(f"{guider.__name__} where CFG begins at the last step: {off(late, alone):.2g} off")
    assert off(late, alone) < 1e-3
PY
