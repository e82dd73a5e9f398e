#!/usr/bin/env bash
# diffusers 0.42.1: with MagCache and its like, a picture after one that was cut short is painted with parts of that one.
# Guess: a prompt and a seed give one picture, whatever was painted before, also if the last call ended with an exception (a
#   callback that raises to cancel, memory that ran out): each call counts its steps from the first.
# Seen: the counts and what was stored are cleared at the end of a call only. MagCache leaves out the blocks in the very first
#   steps, which it promises to compute, and paints them with what the cancelled picture, another wish, left; TaylorSeer and
#   PyramidAttentionBroadcast go on counting too. The picture after that is right again. No warning. After a whole call, or one
#   ended by pipe._interrupt, nothing is left; FirstBlockCache compares first and was not fooled. (FluxPipeline.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from diffusers import (
    FirstBlockCacheConfig, FlowMatchEulerDiscreteScheduler, FluxPipeline, FluxTransformer2DModel, MagCacheConfig,
    PyramidAttentionBroadcastConfig, TaylorSeerCacheConfig,
)
from diffusers.hooks.mag_cache import FLUX_MAG_RATIOS

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
WISHES, POOLED = torch.randn(3, 1, 8, 32), torch.randn(3, 1, 32)
STEPS, CANCELLED_AT = 20, 12


class Cancelled(Exception):
    pass


step, computed = 0, []
# The attention of a block behind the first: what every one of these caches may leave out.
model.transformer_blocks[1].attn.to_q.register_forward_pre_hook(lambda *_: computed.append(step))


def paint(wish, end=None):
    """Paint a wish, ended early by an exception or by the pipeline's flag if one is named; return the latents."""
    global step
    step = 0
    computed.clear()

    def after_step(pipeline, index, _timestep, _tensors):
        global step
        step = index + 1
        if end and index == CANCELLED_AT:
            if end == "exception":
                raise Cancelled
            pipeline._interrupt = True
        return {}

    try:
        return pipe(
            prompt_embeds=WISHES[wish], pooled_prompt_embeds=POOLED[wish], num_inference_steps=STEPS, height=64, width=64,
            output_type="latent", callback_on_step_end=after_step, generator=torch.Generator().manual_seed(0),
        ).images
    except Cancelled:
        return None


def off(one, other):
    return float((one - other).std())


plain = paint(0)
assert computed == list(range(STEPS))
for name, cache, fooled in (
    ("MagCache", MagCacheConfig(mag_ratios=FLUX_MAG_RATIOS, num_inference_steps=STEPS), True),
    ("TaylorSeer", TaylorSeerCacheConfig(taylor_factors_dtype=torch.float32), True),
    (
        "PyramidAttentionBroadcast",
        PyramidAttentionBroadcastConfig(
            spatial_attention_block_skip_range=3, spatial_attention_timestep_skip_range=(-1, 1001),
            current_timestep_callback=lambda: pipe._current_timestep,
        ),
        True,
    ),
    ("FirstBlockCache", FirstBlockCacheConfig(threshold=0.3), False),
):
    model.enable_cache(cache)
    fresh = paint(0)
    first = computed[:6]
    assert len(computed) < STEPS
    for end in (None, "interrupt"):
        paint(1, end)
        assert torch.equal(paint(0), fresh)
    paint(1, "exception")
    after = paint(0)
    print(f"{name}: first steps computed {first}, after a cancelled picture {computed[:6]}; {off(after, fresh):.2g} off,", end=" ")
    assert (computed[:6] != first) == fooled
    paint(2, "exception")
    other = paint(0)
    print(f"by another wish {off(other, after):.2g}; the cache itself costs {off(fresh, plain):.2g}")
    assert (off(after, fresh) > off(fresh, plain) and off(other, after) > 1e-4) == fooled
    assert fooled or torch.equal(after, fresh)
    assert torch.equal(paint(0), fresh)
    model.disable_cache()
PY
