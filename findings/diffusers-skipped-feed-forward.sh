#!/usr/bin/env bash
# diffusers 0.42.1: a skipped feed-forward or attention is not left out: it adds its own input.
# Guess: with skip_attention=False, LayerSkipConfig leaves out the feed-forward of a layer, with skip_ff=False its attention; at
#   dropout=1.0, the default, "the outputs of the skipped layers are completely ignored".
# Seen: in their place their normalized input is added to the picture, as large as an output or larger. That changes the
#   prediction four times as much as to leave out the feed-forward, twice as much as to leave out the attention, and lies as far
#   from either as from the model itself. SkipLayerGuidance and AutoGuidance steer by it. Whole layers are left out rightly,
#   and dropout=0.0 leaves all as it was.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from diffusers import LayerSkipConfig, PixArtTransformer2DModel, apply_layer_skip

torch.set_num_threads(1)
torch.manual_seed(1)
LATENT, WISH = torch.randn(1, 4, 8, 8), torch.randn(1, 6, 16)


@torch.no_grad()
def seen(change=lambda model: None):
    torch.manual_seed(0)
    model = PixArtTransformer2DModel(
        num_attention_heads=2, attention_head_dim=8, in_channels=4, out_channels=4, num_layers=3, cross_attention_dim=16,
        sample_size=8, patch_size=1, caption_channels=16, norm_num_groups=4, use_additional_conditions=False,
    ).eval()
    change(model)
    return model(
        hidden_states=LATENT, encoder_hidden_states=WISH, timestep=torch.tensor([500]),
        added_cond_kwargs={"resolution": None, "aspect_ratio": None},
    ).sample


def skipping(**settings):
    config = LayerSkipConfig(indices=[1], fqn="transformer_blocks", **settings)
    return seen(lambda model: apply_layer_skip(model, config))


def replacing(part, output):
    """Compute with the part of layer 1 giving output(its input, its output)."""
    hook = lambda module, inputs, outputs: output(inputs[0], outputs)
    return seen(lambda model: getattr(model.transformer_blocks[1], part).register_forward_hook(hook) and None)


def off(one, other):
    return float((one - other).std())


whole = seen()
for part, settings, times in ("ff", {"skip_attention": False}, 4), ("attn1", {"skip_ff": False}, 2):
    skipped = skipping(**settings)
    left_out = replacing(part, lambda inputs, outputs: outputs * 0)
    added = replacing(part, lambda inputs, outputs: inputs)
    print(f"{part} skipped: {off(skipped, whole):.2g} from the model, {off(skipped, left_out):.2g} from it without {part}, "
          f"{off(skipped, added):.2g} from it with the input of {part} added; to leave it out makes {off(left_out, whole):.2g}")
    assert off(skipped, added) < 1e-6
    assert off(skipped, whole) > times * off(left_out, whole) > 0.02 and off(skipped, left_out) > 0.1

alike = off(skipping(skip_attention=False, dropout=0.0), whole)
without = seen(lambda model: model.transformer_blocks.pop(1))
print(f"with dropout=0.0: {alike:.2g} from the model; the whole layer skipped: {off(skipping(), without):.2g} from it without")
assert max(alike, off(skipping(), without)) < 1e-6 < off(without, whole)
PY
