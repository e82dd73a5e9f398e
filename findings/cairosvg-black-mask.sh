#!/usr/bin/env bash
# cairosvg 2.9.1: what a mask has in black is shown as if it were white.
# Guess: by SVG 1.1 a mask shows by its brightness: white shows, black hides, grey shows half, and one from white to black fades out.
# Seen: only the mask's opacity counts, not its colour. A mask with a black hole has none, a picture that fades to black does not
#   fade, grey shows all: the whole picture, without a warning. Fading with stop-opacity, clip paths and holes left open are right.
#   (cairosvg draws with the system's libcairo.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet cairosvg==2.9.1 pillow==13.0.0
"$folder/venv/bin/python" - <<'PY'
import io

import cairosvg
from PIL import Image

WIDTH, HEIGHT = 80, 40
FADE = """<linearGradient id="{id}"><stop offset="0" stop-color="white"/>
<stop offset="1" stop-color="{colour}" stop-opacity="{opacity}"/></linearGradient>"""
MASKS = {
    "white": '<rect width="80" height="40" fill="white"/>',
    "black": '<rect width="80" height="40" fill="black"/>',
    "grey": '<rect width="80" height="40" fill="#808080"/>',
    "white with a black hole": '<rect width="80" height="40" fill="white"/><circle cx="40" cy="20" r="15" fill="black"/>',
    "from white to black": '<rect width="80" height="40" fill="url(#black)"/>',
    "from white to nothing": '<rect width="80" height="40" fill="url(#nothing)"/>',
    "left half white": '<rect width="40" height="40" fill="white"/>',
}


def shown(mask):
    """Return how opaque a red sheet behind the mask is at the left, in the middle and at the right."""
    gradients = FADE.format(id="black", colour="black", opacity=1) + FADE.format(id="nothing", colour="white", opacity=0)
    svg = f"""<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">
        <defs>{gradients}<mask id="mask" maskUnits="userSpaceOnUse" x="0" y="0" width="80" height="40">{mask}</mask></defs>
        <rect width="80" height="40" fill="red" mask="url(#mask)"/></svg>"""
    image = Image.open(io.BytesIO(cairosvg.svg2png(bytestring=svg.encode()))).convert("RGBA")
    assert image.size == (WIDTH, HEIGHT)
    return tuple(image.getpixel((x, HEIGHT // 2))[3] for x in (2, WIDTH // 2 - 1, WIDTH - 3))


seen = {name: shown(mask) for name, mask in MASKS.items()}
for name, opacity in seen.items():
    print(f"a mask {name}: opaque {opacity}")
for name in "white", "black", "grey", "white with a black hole", "from white to black":
    assert seen[name] == (255, 255, 255), name
left, middle, right = seen["from white to nothing"]
assert left > 240 and 110 < middle < 145 and right < 15
assert seen["left half white"] == (255, 255, 0)
PY
