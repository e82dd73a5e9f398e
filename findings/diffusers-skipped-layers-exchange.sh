#!/usr/bin/env bash
# diffusers 0.42.1: between two skipped layers, text and picture have changed places.
# Guess: LayerSkipConfig(indices=[1, 3]) gives what the model gives without its layers 1 and 3.
# Seen: a skipped layer of Flux or of Stable Diffusion 3 hands on the picture as the text and the text as the
#   picture. So layer 2 works with the two exchanged, and the next skipped layer puts them right again: the shape is right, the
#   result is not. Two layers in a row are skipped rightly. No warning.
#   One alone, or three, give as many patches as the text has words (Flux).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from diffusers import FluxTransformer2DModel, LayerSkipConfig, SD3Transformer2DModel, apply_layer_skip

torch.set_num_threads(1)
torch.manual_seed(1)
PATCHES, WISH, POOLED = torch.randn(1, 16, 4), torch.randn(1, 6, 16), torch.randn(1, 8)
LATENT = torch.randn(1, 4, 4, 4)


def flux():
    return FluxTransformer2DModel(
        patch_size=1, in_channels=4, num_layers=5, num_single_layers=1, attention_head_dim=8, num_attention_heads=2,
        joint_attention_dim=16, pooled_projection_dim=8, axes_dims_rope=(2, 2, 4),
    ), {
        "hidden_states": PATCHES, "timestep": torch.tensor([0.5]), "img_ids": torch.zeros(16, 3), "txt_ids": torch.zeros(6, 3),
    }


def sd3():
    return SD3Transformer2DModel(
        sample_size=4, patch_size=1, in_channels=4, out_channels=4, num_layers=5, attention_head_dim=8, num_attention_heads=2,
        joint_attention_dim=16, caption_projection_dim=16, pooled_projection_dim=8, pos_embed_max_size=4,
    ), {"hidden_states": LATENT, "timestep": torch.tensor([500])}


@torch.no_grad()
def seen(kind, skip=(), without=()):
    torch.manual_seed(0)
    model, inputs = kind()
    if skip:
        apply_layer_skip(model.eval(), LayerSkipConfig(indices=list(skip), fqn="transformer_blocks"))
    kept = [block for index, block in enumerate(model.transformer_blocks) if index not in without]
    model.transformer_blocks = torch.nn.ModuleList(kept)
    return model(encoder_hidden_states=WISH, pooled_projections=POOLED, **inputs).sample


for kind in flux, sd3:
    whole = seen(kind)
    for pair in (1, 2), (1, 3), (0, 2):
        right, skipped = seen(kind, without=pair), seen(kind, skip=pair)
        assert right.shape == skipped.shape == whole.shape
        off, cost = float((skipped - right).std()), float((whole - right).std())
        print(f"{kind.__name__} {pair}: {off:.2g} from the model without them; they make a difference of {cost:.2g}")
        assert off < 1e-6 if pair == (1, 2) else off > 0.5 * cost > 0.005

for layers in (1,), (1, 2, 3):
    skipped = seen(flux, skip=layers)
    print(f"flux {layers}: {skipped.shape[1]} patches instead of {PATCHES.shape[1]}, for a wish of {WISH.shape[1]} words")
    assert skipped.shape[1] == WISH.shape[1]
PY
