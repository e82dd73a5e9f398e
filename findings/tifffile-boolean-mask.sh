#!/usr/bin/env bash
# tifffile 2026.3.3: a mask of booleans is inverted for all others, and three grey masks are one colour picture.
# Guess: True is white, as in the same mask as uint8; an array of n masks (n, height, width) is a file of n pages.
# Seen: imwrite() marks booleans "0 is white", so Pillow reads black where the mask is True: an inpainting keeps what was to
#   be painted, and paints the rest. imread() does not look at the mark, so the round trip is right. 2 and 5 masks are so many
#   pages, 3 are one RGB picture, 4 one with an alpha channel. photometric="minisblack" mends both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tifffile==2026.3.3 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PY'
import io
import logging

import numpy
import tifffile
from PIL import Image

logging.disable()
mask = numpy.zeros((64, 64), bool)
mask[16:48, 16:48] = True
grey = mask.astype(numpy.uint8) * 255


def written(array, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


def middle(data):
    """Read the pixel in the middle, where the mask is True: by tifffile, and by Pillow as grey."""
    return int(tifffile.imread(io.BytesIO(data))[32, 32]), Image.open(io.BytesIO(data)).convert("L").getpixel((32, 32))


by_pillow = io.BytesIO()
Image.fromarray(mask).save(by_pillow, "TIFF")
seen = {
    "bool": middle(written(mask)),
    "uint8": middle(written(grey)),
    "bool, minisblack": middle(written(mask, photometric="minisblack")),
    "bool, by Pillow": middle(by_pillow.getvalue()),
}
for name, values in seen.items():
    print(f"{name}: where the mask is True tifffile reads {values[0]}, Pillow {values[1]}")
assert list(seen.values()) == [(1, 0), (255, 255), (1, 255), (1, 255)], seen

pages = {}
for count in 2, 3, 4, 5:
    for options in {}, {"photometric": "minisblack"}:
        image = Image.open(io.BytesIO(written(numpy.stack([grey] * count), **options)))
        pages[count, bool(options)] = image.n_frames, image.mode
        print(f"{count} masks {options}: {image.n_frames} pages of mode {image.mode}")
assert [pages[count, False] for count in (2, 3, 4, 5)] == [(2, "L"), (1, "RGB"), (1, "RGBA"), (5, "L")], pages
assert [pages[count, True] for count in (2, 3, 4, 5)] == [(2, "L"), (3, "L"), (4, "L"), (5, "L")], pages
PY
