#!/usr/bin/env bash
# psd-tools 1.26.0: soft edges become darker or hard, and a picture for print becomes its negative.
# Guess: frompil(image).topil() is the image; save() stores a flat preview of the layers on the document's colour.
# Seen: topil() takes off a white that frompil() never mixed in, so half transparent (0, 200, 0) is (0, 145, 0) and brown is
#   black. CMYK is stored the wrong way round: no ink becomes all ink. In the preview, which Pillow and composite() of the
#   opened file show, whatever is half transparent is opaque; composite(force=True) is right. topil() of a new layer is opaque
#   too, and shows the colours hidden under the transparency.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet psd-tools==1.26.0 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" -W error - <<'PY'
import io

from PIL import Image
from psd_tools import PSDImage

points = (8, 4), (8, 12), (8, 20), (8, 28)
sticker = Image.new("RGBA", (16, 32), (255, 0, 0, 0))
sticker.paste((0, 0, 255, 255), (0, 8, 16, 16))
sticker.paste((0, 200, 0, 128), (0, 16, 16, 24))
sticker.paste((90, 60, 30, 128), (0, 24, 16, 32))


def pixels(image):
    return [image.getpixel(point) for point in points]


def saved(document):
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


right = pixels(sticker)
file = saved(PSDImage.frompil(sticker))
by_psd_tools, by_pillow = pixels(PSDImage.open(io.BytesIO(file)).topil()), pixels(Image.open(io.BytesIO(file)))
print("the sticker:", right)
print("frompil, read by psd-tools:", by_psd_tools)
print("frompil, read by Pillow:", by_pillow)
assert by_pillow == right
assert by_psd_tools == [*right[:2], (0, 145, 0, 128), (0, 0, 0, 128)], by_psd_tools

for ink, seen in ((0, 0, 0, 0), (255, 255, 255, 255)), ((0, 255, 255, 0), (255, 0, 0, 255)):
    document = PSDImage.frompil(Image.new("CMYK", (16, 32), ink))
    read = document.topil().getpixel((8, 8)), Image.open(io.BytesIO(saved(document))).getpixel((8, 8))
    print(f"inks {ink}: read as {read}")
    assert read == (seen, seen), read

white = PSDImage.new("RGB", sticker.size, color=(255, 255, 255))
layer = white.create_pixel_layer(sticker, name="sticker")
alone = pixels(layer.topil())
file = saved(white)
flat, opened = pixels(Image.open(io.BytesIO(file))), PSDImage.open(io.BytesIO(file))
forced = pixels(opened.composite(force=True))
expected = Image.alpha_composite(Image.new("RGBA", sticker.size, "white"), sticker).convert("RGB")
print("the layer alone:", alone)
print("flat, on white:", flat, "instead of", pixels(expected))
print("with force:", forced)
assert alone == [(red, green, blue, 255) for red, green, blue, _ in right], alone
assert flat == [(255, 255, 255), (0, 0, 255), (0, 200, 0), (90, 60, 30)] != pixels(expected), flat
assert pixels(opened.composite()) == flat
assert forced[1:] == right[1:] and forced[0][3] == 0, forced
PY
