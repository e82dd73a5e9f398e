#!/usr/bin/env bash
# zopflipy 1.14: of an animated PNG only the first frame is left, or, with its chunks kept, other frames than those that were in it.
# Guess: ZopfliPNG().optimize() makes the file smaller and changes no picture; what keep_chunks names is kept and still right.
# Seen: the animation of a sticker is dropped as metadata is: one still picture. With keep_chunks=["acTL", "fcTL", "fdAT"] there are
#   as many frames as before, but the first one is packed anew with fewer colours, and the others, packed as they were, are read by
#   its rules: red, green, blue becomes red alone. No warning; its own check looks at the first frame only.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet zopflipy==1.14 pillow==13.0.0
"$folder/venv/bin/python" - <<'PY'
import io

import zopfli
from PIL import Image

COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
FRAMES = [Image.new("RGB", (32, 32), colour) for colour in COLOURS]
file = io.BytesIO()
FRAMES[0].save(file, "PNG", save_all=True, append_images=FRAMES[1:], duration=200)
STICKER = file.getvalue()


def shown(data):
    """Return the colour in the middle of each frame, or what its reading raises."""
    image = Image.open(io.BytesIO(data))
    colours = []
    for frame in range(getattr(image, "n_frames", 1)):
        image.seek(frame)
        colours.append(image.convert("RGB").getpixel((16, 16)))
    return colours


assert shown(STICKER) == COLOURS
plain = shown(zopfli.ZopfliPNG().optimize(STICKER))
kept = shown(zopfli.ZopfliPNG(keep_chunks=["acTL", "fcTL", "fdAT"]).optimize(STICKER))
print("before:", COLOURS, "\noptimized:", plain, "\nwith the animation's chunks kept:", kept)
assert plain == COLOURS[:1]
assert len(kept) == 3 and kept[0] == COLOURS[0] and kept != COLOURS
PY
