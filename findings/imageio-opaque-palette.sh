#!/usr/bin/env bash
# imageio 2.38.1: a transparent PNG or GIF with a palette is read as an opaque picture.
# Guess: imread() gives four channels for a transparent picture, whichever of its files is read.
# Seen: a sticker as PNG, WebP or AVIF has four. Once its PNG has a palette (Pillow's quantize, pngquant) it has three,
#   and the colour that was hidden under the transparency is the ground: here red. GIF, and PNG with one transparent colour,
#   are the same, v2 and v3, and improps() says three. Nothing warns of it but Pillow, of some palettes. mode="RGBA" helps.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet imageio==2.38.1 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PY'
import io

import imageio.v2
import imageio.v3
from PIL import Image

sticker = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
sticker.paste((0, 0, 255, 255), (4, 4, 12, 12))


def file(image, kind, **options):
    written = io.BytesIO()
    image.save(written, kind, **options)
    shown = Image.open(written).convert("RGBA")
    assert (shown.getpixel((1, 1))[3], shown.getpixel((8, 8))[3]) == (0, 255)
    return written.getvalue()


files = {
    "PNG": file(sticker, "PNG"),
    "WebP": file(sticker, "WEBP", lossless=True),
    "AVIF": file(sticker, "AVIF", quality=100),
    "PNG with a palette": file(sticker.quantize(8), "PNG"),
    "GIF": file(sticker, "GIF"),
    "PNG, one colour": file(sticker.convert("RGB"), "PNG", transparency=(255, 0, 0)),
}
for name, data in files.items():
    array = imageio.v3.imread(data)
    array = array[0] if array.ndim == 4 else array
    corner, middle = array[1, 1].tolist(), array[8, 8].tolist()
    told = imageio.v3.imread(data, mode="RGBA")[..., 1, 1, 3].max()
    print(f"{name}: {array.shape}, corner {corner}, middle {middle}; with mode RGBA the alpha is {told}")
    assert told == 0
    channels = 4 if name in ("PNG", "WebP", "AVIF") else 3
    assert array.shape == (16, 16, channels)
    assert imageio.v2.imread(data).shape == array.shape
    assert imageio.v3.improps(data).shape[-1] == channels
    if channels == 3:
        assert corner == [255, 0, 0], corner
    else:
        assert corner[3] == 0
PY
