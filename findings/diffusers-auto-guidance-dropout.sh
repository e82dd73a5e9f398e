#!/usr/bin/env bash
# diffusers 0.42.1: AutoGuidance's dropout is drawn without the seed, and is no way between a layer and the model without it.
# Guess: a LayerSkipConfig's dropout leads from the whole layer (0.0, "equivalent to not skipping") to none (1.0, "completely
#   ignored"): at 0.99 the model is about as at 1.0. And with AutoGuidance a wish and a seed give one picture.
# Seen: with less than 1.0 not what the layer adds is dropped, but all that passes it, the picture too, and what stays is multiplied
#   by 1 / (1 - dropout): at 0.99 a hundredth of the numbers, a hundredfold, which is farther from 1.0 than the whole layer is. It is
#   drawn from torch's own generator: the same wish and seed twice are two pictures. No warning. (LTX, as its modular blocks have it.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from diffusers import AutoGuidance, FlowMatchEulerDiscreteScheduler, LayerSkipConfig, LTXVideoTransformer3DModel
from diffusers.hooks import apply_layer_skip
from diffusers.modular_pipelines.ltx.denoise import LTXDenoiseStep

torch.set_num_threads(1)
torch.manual_seed(0)
STEPS = 5
LATENTS, WISH = torch.randn(1, 16, 8), torch.randn(1, 6, 16)


def model():
    torch.manual_seed(0)
    transformer = LTXVideoTransformer3DModel(
        in_channels=8, out_channels=8, num_attention_heads=2, attention_head_dim=8, cross_attention_dim=16, num_layers=3,
        caption_channels=16,
    ).eval()
    for weight in transformer.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    return transformer


@torch.no_grad()
def predictions(dropout, count=20):
    """What the model predicts with the layer in the middle dropped so much, several times."""
    transformer = model()
    apply_layer_skip(transformer, LayerSkipConfig(indices=[1], fqn="transformer_blocks", dropout=dropout))
    return [
        transformer(
            LATENTS, encoder_hidden_states=WISH, timestep=torch.tensor([500]), encoder_attention_mask=torch.ones(1, 6),
            num_frames=1, height=4, width=4,
        ).sample
        for _ in range(count)
    ]


whole, without = predictions(0.0, 1)[0], predictions(1.0, 1)[0]


def apart(one, other):
    return float((one - other).norm() / whole.norm())


layer = apart(whole, without)
print(f"the layer makes a difference of {layer:.2f}")
for dropout in 0.5, 0.9, 0.99, 0.999:
    seen = predictions(dropout)
    far = sum(apart(one, without) for one in seen) / len(seen)
    print(f"dropout {dropout}: {far:.2f} from the model without the layer, two calls {apart(*seen[:2]):.2f} apart")
    assert far > 1.2 * layer and not torch.equal(*seen[:2])


def paint(dropout, seed):
    """Paint with AutoGuidance from a seed; torch's own generator is where it may be in a process that goes on."""
    generator = torch.Generator().manual_seed(seed)
    blocks = LTXDenoiseStep()
    blocks.set_progress_bar_config(disable=True)
    pipe = blocks.init_pipeline()
    layers = LayerSkipConfig(indices=[1], fqn="transformer_blocks", dropout=dropout)
    guider = AutoGuidance(guidance_scale=3.0, auto_guidance_config=layers)
    pipe.update_components(transformer=TRANSFORMER, scheduler=FlowMatchEulerDiscreteScheduler(), guider=guider)
    pipe.scheduler.set_timesteps(STEPS)
    return pipe(
        latents=LATENTS.clone(), dtype=torch.float32, timesteps=pipe.scheduler.timesteps, num_inference_steps=STEPS, height=128,
        width=128, num_frames=1, prompt_embeds=WISH, negative_prompt_embeds=WISH, prompt_attention_mask=torch.ones(1, 6),
        negative_prompt_attention_mask=torch.ones(1, 6), generator=generator, output="latents",
    )


TRANSFORMER = model()
for dropout in 1.0, 0.1:
    first, again = paint(dropout, 7), paint(dropout, 7)
    far = float((again - first).std() / first.std())
    print(f"AutoGuidance(dropout={dropout}): the same wish and seed are {far:.2g} apart")
    assert (far > 0.05) if dropout < 1 else far == 0
PY
