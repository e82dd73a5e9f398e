#!/usr/bin/env bash
# diffusers 0.42.1: the mask of an IP-Adapter lies at a slant on pictures that are almost square or almost 1:2.
# Guess: a mask of the picture's own size reaches each attention layer as a smaller picture of that layer's shape.
# Seen: downsample() works the shape out from the number of queries, by rounding. At 512x520 the second layer has 32x33 places,
#   but the mask is made 33x32: as many, so no warning, and each row begins one place later. A mask of the left half covers a
#   slanted part; at 512x264 it is 34x16 instead of 32x17. This befalls 842 of the 9,409 sizes from 256 to 1024, by eights.
#   Sizes by 64s are right in all layers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
venv/bin/python - <<'PY'
import math
import warnings

import torch
from diffusers.image_processor import IPAdapterMaskProcessor
from PIL import Image

torch.set_num_threads(1)
warnings.simplefilter("error", UserWarning)  # what diffusers says of masks of another shape


def layers(width, height):
    """Return the (width, height) of the four depths of a UNet: each halves the latents and rounds up."""
    sizes = [(width // 8, height // 8)]
    while len(sizes) < 4:
        sizes.append(tuple((side + 1) // 2 for side in sizes[-1]))
    return sizes


def left_half(width, height, depth):
    """Return the mask of the left half as that layer sees it, float [rows, columns]."""
    image = Image.new("L", (width, height))
    image.paste(255, (0, 0, width // 2, height))
    mask = IPAdapterMaskProcessor().preprocess([image], height=height, width=width)
    columns, rows = layers(width, height)[depth]
    return IPAdapterMaskProcessor.downsample(mask[0], 1, rows * columns, 1).view(rows, columns)


for width, height, depth, right in ((512, 512, 1, 1.0), (512, 768, 1, 1.0), (512, 520, 1, 0.5), (512, 264, 1, 0.5)):
    seen = left_half(width, height, depth)
    true = torch.zeros_like(seen)
    true[:, : seen.shape[1] // 2] = 1
    share = float(((seen > 0.5) == (true > 0.5)).float().mean())
    print(f"{width}x{height}, layer {depth}: {share:.0%} of the places as masked")
    for row in seen[:: max(1, seen.shape[0] // 8)]:
        print("   ", "".join("#" if value > 0.5 else "." for value in row))
    assert abs(share - right) < 0.03, share


def rounded(width, height, queries):
    """Work the shape out as downsample() does, (columns, rows); checked against the real one below."""
    rows = int(math.sqrt(queries / (width / height)))
    rows += queries % rows != 0
    return queries // rows, rows


sizes = [(width, height) for width in range(256, 1025, 8) for height in range(256, 1025, 8)]
slanted = {
    size: depth
    for size in sizes
    for depth, (columns, rows) in reversed(list(enumerate(layers(*size))))
    if rounded(*size, columns * rows) != (columns, rows)
    and math.prod(rounded(*size, columns * rows)) == columns * rows
}
by_64 = [size for size in slanted if not any(side % 64 for side in size)]
print(f"{len(slanted)} of {len(sizes)} sizes, of those by 64s {len(by_64)}: {list(slanted)[:4]} ...")
assert len(slanted) == 842 and not by_64
for size in list(slanted)[::60]:
    seen = left_half(*size, slanted[size])
    assert not torch.allclose(seen[0], seen[seen.shape[0] // 2], atol=0.2), size
PY
