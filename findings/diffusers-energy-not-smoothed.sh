#!/usr/bin/env bash
# diffusers 0.42.1: SmoothedEnergyGuidance smooths nothing, and costs a third pass of the model for it.
# Guess: the more seg_blur_sigma blurs the attention (above 9999 fully) and the larger seg_guidance_scale, the further is the
#   picture from that of plain guidance, as with PerturbedAttentionGuidance on the same layer.
# Seen: it is the very picture of plain guidance, at any sigma and scale: the guider never counts the passes it prepares, waits
#   for the third, and so lays its hook on none. The third pass is the first once more, and their difference is zero. The
#   docstring calls the guider an experiment; no warning says that it is none. (StableDiffusionXLDenoiseStep, square pictures.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TQDM_DISABLE=1 TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from diffusers import (
    ClassifierFreeGuidance, EulerDiscreteScheduler, LayerSkipConfig, PerturbedAttentionGuidance, SmoothedEnergyGuidance,
    SmoothedEnergyGuidanceConfig, UNet2DConditionModel,
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
noise, (wish, negative) = torch.randn(1, 4, 16, 16), torch.randn(2, 1, 7, 32)
passes = []
unet.register_forward_hook(lambda _module, _args, output: passes.append(output[0]))
pipe = StableDiffusionXLDenoiseStep().init_pipeline()


def paint(guider):
    scheduler = EulerDiscreteScheduler()
    scheduler.set_timesteps(10)
    pipe.update_components(unet=unet, scheduler=scheduler, guider=guider)
    passes.clear()
    return pipe(
        latents=noise * scheduler.init_noise_sigma, timesteps=scheduler.timesteps, num_inference_steps=10,
        denoiser_input_fields={"prompt_embeds": wish, "negative_prompt_embeds": negative}, output="latents",
    )


plain = paint(ClassifierFreeGuidance(guidance_scale=5.0))
print(f"plain guidance: {len(passes)} passes in 10 steps")
assert len(passes) == 20
perturbed = paint(
    PerturbedAttentionGuidance(
        guidance_scale=5.0, perturbed_guidance_scale=3.0, perturbed_guidance_start=0.0, perturbed_guidance_stop=1.0,
        perturbed_guidance_config=LayerSkipConfig(**LAYER, skip_attention=False, skip_attention_scores=True, skip_ff=False),
    )
)
off = float((perturbed - plain).abs().max())
print(f"perturbed attention: {len(passes)} passes, up to {off:.2g} off")
assert len(passes) == 29 and off > 1e-3
for sigma in (0.5, 10.0, 9999999.0):
    for scale in (3.0, 1000.0):
        smoothed = paint(
            SmoothedEnergyGuidance(
                guidance_scale=5.0, seg_guidance_scale=scale, seg_blur_sigma=sigma,
                seg_guidance_config=SmoothedEnergyGuidanceConfig(**LAYER),
            )
        )
        again = all(torch.equal(passes[number], passes[number + 2]) for number in range(2, 29, 3))
        print(f"sigma {sigma}, scale {scale}: {len(passes)} passes, up to {float((smoothed - plain).abs().max()):.2g} off")
        # The first step has two passes, the others three; the last of each is its first again.
        assert len(passes) == 29 and torch.equal(smoothed, plain) and again
PY
