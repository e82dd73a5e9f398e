#!/usr/bin/env bash
# aggdraw 1.4.1: on a transparent ground colours are darkened by their transparency, and arcs run the other way than Pillow's.
# Guess: what is drawn half transparent on an empty RGBA picture has its colour and half of the opacity, and the smooth edge of a red
#   circle is red. arc, chord and pieslice from 0 to 90 are the lower right quarter, as in Pillow, whose interface it follows.
# Seen: the colour is multiplied by the opacity: half transparent blue is (0, 0, 127, 127), which is half as bright, and on white a circle has a dark
#   line round it. A sticker's glow is grey. On an opaque ground it is right. From 0 to 90 is the upper right quarter.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet aggdraw==1.4.1 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import aggdraw
import numpy
from PIL import Image, ImageDraw

BLUE, SIDE = (0, 0, 255), 60


def drawn(ground, colour, opacity=255):
    image = Image.new("RGBA", (SIDE, SIDE), ground)
    pen = aggdraw.Draw(image)
    pen.ellipse((10, 10, 50, 50), aggdraw.Brush(colour, opacity=opacity))
    pen.flush()
    return image


def laid_over(ground, colour, opacity):
    """Return the colour by the definition of "over": Pillow's own."""
    image = Image.new("RGBA", (1, 1), ground)
    image.alpha_composite(Image.new("RGBA", (1, 1), (*colour, opacity)))
    return image.getpixel((0, 0))


for ground in ((0, 0, 0, 0), (255, 0, 0, 128), (255, 255, 255, 255)):
    pixel, rightly = drawn(ground, BLUE, 128).getpixel((30, 30)), laid_over(ground, BLUE, 128)
    print("half transparent blue on", ground, "is", pixel, "by Pillow", rightly)
    off = max(abs(a - b) for a, b in zip(pixel, rightly))
    assert off <= 1 if ground[3] == 255 else off >= 40, "changed"

sticker = drawn((0, 0, 0, 0), (255, 0, 0))
pixels = numpy.asarray(sticker).astype(int)
edge = (pixels[..., 3] > 0) & (pixels[..., 3] < 255)
print(f"the edge of a red circle has reds from {pixels[edge][:, 0].min()} to {pixels[edge][:, 0].max()}, equal to its opacity")
assert edge.sum() > 50 and (abs(pixels[edge][:, 0] - pixels[edge][:, 3]) <= 1).all(), "changed: the edge is red"
on_white = Image.new("RGBA", (SIDE, SIDE), "white")
on_white.alpha_composite(sticker)
once = numpy.asarray(drawn("white", (255, 0, 0))).astype(int)
darker = (once - numpy.asarray(on_white))[..., 0]
print("laid on white its edge is darker than drawn on white by up to", darker.max())
assert darker.max() > 50

for name in ("arc", "chord", "pieslice"):
    picture, rightly = Image.new("L", (100, 100), 255), Image.new("L", (100, 100), 255)
    pen = aggdraw.Draw(picture)
    getattr(pen, name)((10, 10, 90, 90), 0, 90, aggdraw.Pen("black", 3))
    pen.flush()
    outline = {"fill": 0} if name == "arc" else {"outline": 0}
    getattr(ImageDraw.Draw(rightly), name)((10, 10, 90, 90), 0, 90, width=3, **outline)
    middle, by_pillow = (float(numpy.where(numpy.asarray(i) < 128)[0].mean()) for i in (picture, rightly))
    print(f"{name} from 0 to 90: row {middle:.0f} on average, by Pillow {by_pillow:.0f}")
    assert middle < 45 and by_pillow > 55, "changed"
PY
