#!/usr/bin/env bash
# diffusers 0.42.1: with PyramidAttentionBroadcast, the negative prompt is painted with the attention of the wish.
# Guess: where a pipeline asks its model twice a step, for the wish and for the negative prompt, each keeps attention of its own
#   (cache_context "cond" and "uncond" tell them apart), and a skip range of 2 computes every second step of both.
# Seen: one count and one store serve both. With 2 the wish is computed at every step and the negative prompt never: it takes
#   what the wish left a moment ago, and nothing is saved on the wish. With 4 it is never computed either; with 3 each takes
#   the other's by turns. FirstBlockCache keeps them apart. No warning. (FluxPipeline with true_cfg_scale.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error venv/bin/python - <<'PY'
import warnings

warnings.simplefilter("ignore")
import torch
from diffusers import (
    FirstBlockCacheConfig, FlowMatchEulerDiscreteScheduler, FluxPipeline, FluxTransformer2DModel,
    PyramidAttentionBroadcastConfig,
)

torch.set_num_threads(1)
torch.manual_seed(0)
model = FluxTransformer2DModel(
    patch_size=1, in_channels=16, num_layers=2, num_single_layers=2, attention_head_dim=16, num_attention_heads=2,
    joint_attention_dim=32, pooled_projection_dim=32, axes_dims_rope=(4, 4, 8),
).eval()
pipe = FluxPipeline(
    scheduler=FlowMatchEulerDiscreteScheduler(), vae=None, text_encoder=None, tokenizer=None, text_encoder_2=None,
    tokenizer_2=None, transformer=model,
)
pipe.set_progress_bar_config(disable=True)
wish, negative = torch.randn(2, 1, 8, 32)
pooled, negative_pooled = torch.randn(2, 1, 32)
asked = [None]  # whose turn it is
model.register_forward_pre_hook(
    lambda _module, _args, kwargs: asked.__setitem__(0, torch.equal(kwargs["encoder_hidden_states"], wish)),
    with_kwargs=True,
)
log = []
attention = model.transformer_blocks[1].attn
attention.to_q.register_forward_pre_hook(lambda *_: log.append(asked[0]))


def computed():
    """Paint nine steps, and return at how many the attention was computed for the wish and for the negative prompt."""
    log.clear()
    pipe(
        prompt_embeds=wish, pooled_prompt_embeds=pooled, negative_prompt_embeds=negative,
        negative_pooled_prompt_embeds=negative_pooled, true_cfg_scale=4.0, num_inference_steps=9, height=64, width=64,
        sigmas=[0.78 - 0.08 * step for step in range(9)], output_type="latent",
        generator=torch.Generator().manual_seed(0),
    )
    return log.count(True), log.count(False)


seen = computed()
print(f"no cache: of nine steps computed for the wish and for the negative prompt: {seen}")
assert seen == (9, 9)
for skip, expected in ((2, (9, 0)), (3, (3, 3)), (4, (5, 0))):
    model.enable_cache(
        PyramidAttentionBroadcastConfig(
            spatial_attention_block_skip_range=skip, spatial_attention_timestep_skip_range=(-1, 1001),
            current_timestep_callback=lambda: pipe._current_timestep,
        )
    )
    seen = computed()
    print(f"skip range {skip}: {seen}")
    assert seen == expected, seen
    model.disable_cache()

# What the negative prompt takes is what the wish left.
outputs = {}
attention.register_forward_hook(lambda _module, _args, output: outputs.__setitem__(asked[0], output))
for skip in (None, 2):
    if skip:
        model.enable_cache(
            PyramidAttentionBroadcastConfig(
                spatial_attention_block_skip_range=skip, spatial_attention_timestep_skip_range=(-1, 1001),
                current_timestep_callback=lambda: pipe._current_timestep,
            )
        )
    computed()
    same = all(torch.equal(one, other) for one, other in zip(outputs[True], outputs[False]))
    print(f"skip range {skip}: the last attention of both is the same: {same}")
    assert same == bool(skip)
model.disable_cache()

model.enable_cache(FirstBlockCacheConfig(threshold=1e9))
seen = computed()
print(f"FirstBlockCache, everything after the first step taken from the cache: {seen}")
assert seen == (1, 1)
PY
