#!/usr/bin/env bash
# rotary-embedding-torch 0.9.1: in bfloat16 every second place after the 256th is the place of its neighbour.
# Guess: queries and keys in bfloat16, as models are trained, are turned by their place with bfloat16's precision, one in 256, wherever
#   they stand.
# Seen: the places are counted in the type of the queries, and bfloat16 counts by twos from 256 on, by fours from 512, by eights from
#   1024: of 2048 places 641 are left, and as many neighbours stand at one. What was counted is kept: the same object turns float32
#   wrongly afterwards too. In float16 and float32 all is right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 rotary-embedding-torch==0.9.1 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import torch
from rotary_embedding_torch import RotaryEmbedding

torch.set_num_threads(1)
torch.manual_seed(0)
LENGTH, WIDTH = 2048, 32
queries = torch.randn(1, 1, LENGTH, WIDTH)
pair = queries.unflatten(-1, (-1, 2))
speeds = 10000.0 ** (-torch.arange(0, WIDTH, 2) / WIDTH)
angles = torch.arange(LENGTH)[:, None] * speeds
right = torch.view_as_real(torch.view_as_complex(pair) * torch.polar(torch.ones_like(angles), angles)).flatten(-2)


def away(turned):
    """Return the error of each place in parts of its length."""
    return ((turned.float() - right).norm(dim=-1) / right.norm(dim=-1)).flatten()


for kind in (torch.float32, torch.float16, torch.bfloat16):
    rotary = RotaryEmbedding(WIDTH)
    errors = away(rotary.rotate_queries_or_keys(queries.to(kind)))
    later = away(rotary.rotate_queries_or_keys(queries))
    alike = torch.ones(1, 1, LENGTH, WIDTH, dtype=kind)
    turned = RotaryEmbedding(WIDTH).rotate_queries_or_keys(alike).float().flatten(0, 2)
    places = len(torch.unique(turned, dim=0))
    print(f"{kind}: error to 256 {errors[:257].max():.3f}, from there on {errors[257:].max():.2f}; "
          f"{places} places of {LENGTH}; float32 afterwards {later.max():.3f}")  # fmt: skip
    assert errors[:257].max() < 0.02
    if kind is torch.bfloat16:
        assert errors[257:].max() > 0.5 and errors[257:].mean() > 0.1 and places < 700 and later.max() > 0.5
    else:
        assert errors.max() < 0.02 and places == LENGTH and later.max() < 0.001
PY
