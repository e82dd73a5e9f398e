#!/usr/bin/env bash
# invisible-watermark 0.2.0, diffusers 0.42.1: the watermark of SDXL's pipelines is not in pictures of flat colours.
# Guess: what diffusers' SDXL watermarker has written is read back from the picture it returns, unchanged, in all 48 bits.
# Seen: of noise and of texture it is. Of a red disc on white, a field under a sky and an even gradient the bits that are read
#   agree with those written in 21 to 27 of 48, as chance has it, though pixels were changed by up to 74 of 255. So
#   pictograms, posters and drawings carry none, and no word is said.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 pillow==13.0.0 opencv-python-headless==5.0.0.93 PyWavelets==1.9.0
"$folder/venv/bin/pip" install --quiet --no-deps invisible-watermark==0.2.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import numpy as np
import torch
from diffusers.pipelines.stable_diffusion_xl.watermark import WATERMARK_BITS, StableDiffusionXLWatermarker
from imwatermark import WatermarkDecoder
from PIL import Image, ImageDraw

random = np.random.default_rng(0)
down, across = np.mgrid[0:512, 0:512]
disc = Image.new("RGB", (512, 512), "white")
ImageDraw.Draw(disc).ellipse((100, 100, 400, 400), fill=(220, 30, 40))
field = np.full((512, 512, 3), (250, 240, 200))
field[256:] = (60, 140, 60)
waves = (128 + 40 * np.sin(across / 7) + 40 * np.cos(down / 11))[..., None]
PICTURES = {
    "noise": random.integers(0, 256, (512, 512, 3)),
    "texture": np.clip(waves + random.normal(0, 8, (512, 512, 3)), 0, 255),
    "red disc on white": np.array(disc),
    "field under a sky": field,
    "gradient": np.stack([across / 2, down / 2, (across + down) / 4], -1),
    "white": np.full((512, 512, 3), 255),
}

watermarker, reader = StableDiffusionXLWatermarker(), WatermarkDecoder("bits", len(WATERMARK_BITS))
right = {}
for name, picture in PICTURES.items():
    picture = picture.astype("uint8")
    tensor = torch.tensor(picture).float().permute(2, 0, 1)[None] / 127.5 - 1  # -1 to 1, as a decoder gives it
    marked = watermarker.apply_watermark(tensor)
    marked = ((marked / 2 + 0.5).clamp(0, 1) * 255).round().byte()[0].permute(1, 2, 0).numpy()
    bits = reader.decode(np.ascontiguousarray(marked[:, :, ::-1]), "dwtDct")  # as its reader wants it: BGR
    right[name] = int(np.sum(np.array(bits).astype(int) == np.array(WATERMARK_BITS)))
    changed = int(np.abs(marked.astype(int) - picture).max())
    print(f"{name}: {right[name]} of {len(WATERMARK_BITS)} bits are right; pixels changed by up to {changed}")
assert all(right[name] == len(WATERMARK_BITS) for name in ("noise", "texture")), right
assert all(18 <= number <= 30 for name, number in right.items() if name not in ("noise", "texture")), right
PY
