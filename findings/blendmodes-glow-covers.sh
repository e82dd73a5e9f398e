#!/usr/bin/env bash
# blendmodes 2025: ADDITIVE and GLOW cover what is below them, as NORMAL does.
# Guess: blendLayers(picture, light, BlendType.ADDITIVE) adds the light, so that black changes nothing: its function additive() does
#   that, and glow() is there as well.
# Seen: neither is in the table of what blendLayers can do, and what is missing there is done as NORMAL: a black sheet with one
#   bright spot blacks out the picture around it. No warning. None of the other 23 that mix colours is as NORMAL.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet blendmodes==2025 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import numpy as np
from blendmodes import blend
from blendmodes.blendtype import BlendType
from PIL import Image

PICTURE, LIGHT = Image.new("RGBA", (8, 8), (100, 60, 140, 255)), Image.new("RGBA", (8, 8), (0, 0, 0, 255))
LIGHT.paste((90, 90, 90, 255), (3, 3, 5, 5))
COVERS = ("DESTIN", "DESTOUT", "SRCATOP", "DESTATOP")  # these cut one layer by the other, and mix no colours


def painted(mode):
    image = blend.blendLayers(PICTURE, LIGHT, mode)
    return image, image.getpixel((0, 0))[:3], image.getpixel((4, 4))[:3]


normal = painted(BlendType.NORMAL)[0]
like_normal = []
for mode in BlendType:
    image, dark, bright = painted(mode)
    if mode.name in ("ADDITIVE", "GLOW", "SCREEN", "LIGHTEN"):
        print(f"{mode.name}: {dark} under black, {bright} under the light")
    if mode.name not in ("NORMAL", *COVERS) and image.tobytes() == normal.tobytes():
        like_normal.append(mode.name)
print("like NORMAL:", *like_normal, "of", len(BlendType) - 1 - len(COVERS))
assert sorted(like_normal) == ["ADDITIVE", "GLOW"]

below, above = (np.asarray(layer)[..., :3] / 255 for layer in (PICTURE, LIGHT))
for name, function in ("ADDITIVE", blend.additive), ("GLOW", blend.glow):
    meant = np.round(function(below, above) * 255)
    print(f"{function.__name__}() itself: {meant[0, 0]} and {meant[4, 4]}")
    assert np.abs(meant - np.asarray(painted(BlendType[name])[0])[..., :3]).max() > 40
assert tuple(np.round(blend.additive(below, above) * 255)[0, 0]) == (100, 60, 140)
PY
