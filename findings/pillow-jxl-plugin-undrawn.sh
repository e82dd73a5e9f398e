#!/usr/bin/env bash
# pillow-jxl-plugin 1.3.8: what was drawn on an opened JPEG is not in the JPEG XL file.
# Guess: image.save("out.jxl") saves the image as it is now. For JPEG, lossless_jpeg packs the file again without loss.
# Seen: unless lossless_jpeg=False, save() reads the JPEG file once more and packs that. paste, ImageDraw and
#   thumbnail (its size too), quality= and lossless= are all without effect; a warning speaks of reconstruction, not of this.
#   If another picture has the name by then, the other is saved. What convert() returns is a new image and saved as it is.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pillow-jxl-plugin==1.3.8 pillow==13.0.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import pillow_jxl  # noqa: F401
from PIL import Image, ImageDraw

Image.new("RGB", (64, 64), "white").save("white.jpg")


def saved(change, suffix="jxl", **options):
    """Open the white JPEG, change the image, save it; give the size and the colour in the middle of what was saved."""
    image = Image.open("white.jpg")
    image = change(image) or image
    image.save(f"out.{suffix}", **options)
    result = Image.open(f"out.{suffix}").convert("RGB")
    colour = result.getpixel((result.width // 2, result.height // 2))
    return result.size, "red" if colour[1] < 60 else "white"


def draw(image):
    ImageDraw.Draw(image).rectangle((16, 16, 48, 48), fill="red")


def paste(image):
    image.paste("red", (16, 16, 48, 48))


def thumbnail(image):
    image.thumbnail((32, 32))


def convert(image):
    image = image.convert("RGB")
    draw(image)
    return image


def replace(image):
    """Give the name of the opened, loaded file to a red picture, as a bot does that has one file for uploads."""
    image.load()
    Image.new("RGB", (64, 64), "red").save("white.jpg")


for change in (draw, paste, thumbnail, convert):
    as_webp, as_jxl = saved(change, "webp"), saved(change)
    told = saved(change, lossless_jpeg=False)
    print(f"{change.__name__}: WebP {as_webp}, JPEG XL {as_jxl}, lossless_jpeg=False {told}")
    assert as_webp == told == ((32, 32) if change is thumbnail else (64, 64), "white" if change is thumbnail else "red")
    assert as_jxl == (as_webp if change is convert else ((64, 64), "white"))
assert saved(draw, quality=30) == saved(draw, lossless=True) == ((64, 64), "white")
seen = saved(replace)
print("another file of that name:", seen)
assert seen == ((64, 64), "red")
PY
