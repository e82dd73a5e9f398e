#!/usr/bin/env bash
# glitch-this 1.0.3: with a seed its GIF stands still, seed 0 is none, and Python's own random goes on from the seed.
# Guess: a seed "for generating similar images across runs" gives the same GIF each time, and its frames move as they do without; 0 is
#   a number as 5 is; what else draws random numbers is not touched.
# Seen: the same numbers are drawn for each frame: 23 times one picture (only glitch_change moves it). With seed=0 each run differs.
#   And it seeds the module random itself: who draws the next picture's seed from it gets the same one after every picture with this
#   seed. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet glitch-this==1.0.3 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PY'
import random

import numpy as np
from glitch_this import ImageGlitcher
from PIL import Image

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8))
GLITCHER = ImageGlitcher()


def distinct(images):
    return len({image.tobytes() for image in images})


for seed in None, 0, 5, 7.5:
    frames = distinct(GLITCHER.glitch_image(PICTURE, 3, seed=seed, gif=True))
    runs = distinct(GLITCHER.glitch_image(PICTURE, 3, seed=seed) for _ in range(8))
    print(f"seed {seed}: {frames} of 23 frames are distinct, {runs} of 8 runs")
    assert (frames, runs) == (1, 1) if seed else frames > 15 and runs > 5
assert distinct(GLITCHER.glitch_image(PICTURE, 3, seed=5, gif=True, glitch_change=0.3)) > 5

following = []
for before in range(6):
    random.seed(before)
    GLITCHER.glitch_image(PICTURE, 3, seed=5)
    following.append(random.randrange(2**32))
print("the next seeds drawn by six processes:", *following)
assert len(set(following)) == 1
PY
