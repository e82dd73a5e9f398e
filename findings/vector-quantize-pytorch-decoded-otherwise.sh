#!/usr/bin/env bash
# vector-quantize-pytorch 1.32.0: what is stored as indices is not what was quantized, if affine_param or spherical is set.
# Guess: in evaluation a picture has its codes, whatever was looked at before, and get_output_from_indices gives for its indices what
#   the call gave for the picture.
# Seen: with affine_param=True the codes are shifted and scaled to the batches for the search and the answer, but not for the indices:
#   decoded next to nothing is left of latents that are not around 0. And each picture that is looked at in evaluation moves those
#   averages: the same picture has other codes after others. ResidualLFQ(spherical=True) has codes of length 1, halved in each layer,
#   and decodes its indices, and return_all_codes, with numbers of 1: nearly three times as long. Without either all agree. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 vector-quantize-pytorch==1.32.0 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import torch
from vector_quantize_pytorch import LFQ, ResidualLFQ, ResidualVQ, VectorQuantize

torch.set_num_threads(1)
torch.manual_seed(0)
PICTURES = 3 + 2 * torch.randn(8, 64, 16)  # latents that are not around 0


@torch.no_grad()
def decoded(quantizer):
    """Return how far the decoded indices are from what was quantized, in parts of the latter, and how long by it."""
    quantizer.train()
    for _ in range(20):
        quantizer(PICTURES)
    quantizer.eval()
    quantized, indices, *_ = quantizer(PICTURES)
    decode = quantizer.indices_to_codes if isinstance(quantizer, LFQ) else quantizer.get_output_from_indices
    again = decode(indices)
    return float((again - quantized).norm() / quantized.norm()), float(again.norm() / quantized.norm())


plain = {"dim": 16, "codebook_size": 256}
affine = VectorQuantize(**plain, affine_param=True)
spherical = ResidualLFQ(**(plain | {"dim": 8}), num_quantizers=4, spherical=True)
PICTURES_8 = PICTURES[..., :8]
seen = {
    "VectorQuantize": decoded(VectorQuantize(**plain)),
    "VectorQuantize, affine": decoded(affine),
    "ResidualVQ": decoded(ResidualVQ(**plain, num_quantizers=4)),
}
PICTURES = PICTURES_8
seen |= {
    "ResidualLFQ": decoded(ResidualLFQ(**(plain | {"dim": 8}), num_quantizers=4)),
    "LFQ, spherical": decoded(LFQ(**(plain | {"dim": 8}), spherical=True)),
    "ResidualLFQ, spherical": decoded(spherical),
}
for name, (away, length) in seen.items():
    print(f"{name}: decoded {away:.3f} away, {length:.2f} times as long")
    if name in ("VectorQuantize, affine", "ResidualLFQ, spherical"):
        assert away > 0.8, name
    else:
        assert away < 1e-4, name
assert 2.5 < seen["ResidualLFQ, spherical"][1] < 3.2

with torch.no_grad():
    quantized, _, _, codes = spherical(PICTURES, return_all_codes=True)
    assert float((codes.sum(0) - quantized).norm() / quantized.norm()) > 0.8

    one, others = 3 + 2 * torch.randn(1, 64, 16), torch.randn(8, 64, 16)
    first, before, _ = affine(one)
    for _ in range(50):
        affine(others)
    later, after, _ = affine(one)
changed, moved = float((before != after).float().mean()), float((later - first).norm() / first.norm())
print(f"a picture after 50 others, in evaluation: {changed:.0%} of its indices are others, {moved:.2f} away")
assert changed > 0.2 and moved > 0.1
PY
