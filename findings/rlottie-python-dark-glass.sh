#!/usr/bin/env bash
# rlottie-python 1.3.8: what is half transparent in a Lottie animation is darkened; white becomes grey.
# Guess: a white layer of 50 % opacity is (255, 255, 255, 127) in the Pillow image and in the saved files.
# Seen: it is (127, 127, 127, 127): the colours are multiplied by the alpha but handed over as plain RGBA, in
#   render_pillow_frame(), save_frame() and save_animation() alike. On a white sheet the white layer is seen as a grey one,
#   and each smooth edge has a dark line. Reading the same bytes as Pillow's mode RGBa is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet rlottie-python==1.3.8 pillow==13.0.0
cd "$folder"
venv/bin/python - <<'PY'
import json

from PIL import Image
from rlottie_python import LottieAnimation


def animation(colour, opacity, turned=0):
    """Make an animation of one square in the middle, 32 of 64 pixels wide."""
    transform = {"o": opacity, "r": turned, "p": [32, 32, 0], "a": [16, 16, 0], "s": [100, 100, 100]}
    layer = {"ddd": 0, "ind": 1, "ty": 1, "nm": "square", "sr": 1, "ip": 0, "op": 30, "st": 0, "bm": 0}
    layer |= {"sw": 32, "sh": 32, "sc": colour, "ks": {name: {"a": 0, "k": value} for name, value in transform.items()}}
    document = {"v": "5.5.7", "fr": 30, "ip": 0, "op": 30, "w": 64, "h": 64, "nm": "one", "ddd": 0, "assets": []}
    return LottieAnimation.from_data(json.dumps(document | {"layers": [layer]}))


def on_white(image):
    sheet = Image.new("RGBA", image.size, "white")
    sheet.alpha_composite(image)
    return sheet.convert("L")


for colour, full in (("#ffffff", (255, 255, 255)), ("#ff0000", (255, 0, 0))):
    for opacity, alpha in ((100, 255), (50, 127), (20, 51)):
        made = animation(colour, opacity)
        frame = made.render_pillow_frame(0)
        made.save_frame("frame.png", 0)
        made.save_animation("all.apng")
        files = [Image.open(name).convert("RGBA").getpixel((32, 32)) for name in ("frame.png", "all.apng")]
        again = Image.frombytes("RGBa", frame.size, frame.tobytes()).convert("RGBA").getpixel((32, 32))
        print(f"{colour}, {opacity} %: {frame.getpixel((32, 32))} in files {files}, read as RGBa {again}")
        assert frame.mode == "RGBA"
        assert [frame.getpixel((32, 32)), *files] == [(*(value * alpha // 255 for value in full), alpha)] * 3
        assert again == (*full, alpha)
glass = on_white(animation("#ffffff", 50).render_pillow_frame(0)).getpixel((32, 32))
edge = on_white(animation("#ffffff", 100, turned=45).render_pillow_frame(0)).getextrema()
print("white on white: half transparent", glass, "turned square", edge)
assert 185 < glass < 197
assert edge[0] < 230 and edge[1] == 255
PY
