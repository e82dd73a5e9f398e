#!/usr/bin/env bash
# opencv-python-headless 5.0.0.93: the higher IMWRITE_GIF_QUALITY, the fewer colours has the GIF; by default white is bluish.
# Guess: imencode(".gif", ...) keeps a picture of two colours, as a GIF has room for 256; quality goes from 1 to 8, and 8, which is
#   IMWRITE_GIF_COLORTABLE_SIZE_256, is the best.
# Seen: by default (2) white is (252, 252, 255), and a sheet of two colours has 16 in a pattern. From 3 on a channel has two or four
#   values: at 3 and 4 greys are black and white; a gradient is 19 off at 2, 98 at 3 and 32 at 8. A table of its own
#   (IMWRITE_GIF_COLORTABLE) changes nothing. What keeps colours is IMWRITE_GIF_DITHER=3, "no dithering". No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet opencv-python-headless==5.0.0.93 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import io

import cv2
import numpy as np
from PIL import Image

SHEET = np.full((64, 64, 3), (180, 200, 250), np.uint8)
SHEET[16:48, 16:48] = 60
across = np.linspace(0, 255, 96).astype(np.uint8)
SOFT = np.dstack([np.tile(across, (96, 1)), np.tile(across[:, None], (1, 96)), np.full((96, 96), 128, np.uint8)])


def read(picture, *given):
    """Write a picture as GIF and return what Pillow reads, in the same order of channels."""
    done, data = cv2.imencode(".gif", picture, list(given))
    assert done
    return np.asarray(Image.open(io.BytesIO(data.tobytes())).convert("RGB"))[..., ::-1]


def colours(picture):
    return len(np.unique(picture.reshape(-1, 3), axis=0))


white = read(np.full((8, 8, 3), 255, np.uint8))[0, 0, ::-1].tolist()
print("white is", white)
assert white == [252, 252, 255] and colours(SHEET) == 2

off = {}
for quality in range(1, 9):
    given = (cv2.IMWRITE_GIF_QUALITY, quality)
    sheet, soft = read(SHEET, *given), read(SOFT, *given)
    off[quality] = float(np.abs(soft.astype(int) - SOFT).mean())
    values = sorted(set(np.unique(soft[..., 1]).tolist()))
    print(f"quality {quality}: two colours are {colours(sheet)}; a gradient is {off[quality]:.0f} off, {len(values)} values of green")
    assert np.abs(sheet.astype(int) - SHEET).max() > 15 and (quality < 3) == (len(values) > 4)
    assert quality not in (3, 4) or values == [0, 255]
assert min(off[quality] for quality in range(3, 9)) > 1.5 * off[2] and cv2.IMWRITE_GIF_COLORTABLE_SIZE_256 == 8
assert np.array_equal(read(SHEET, cv2.IMWRITE_GIF_COLORTABLE, 1), read(SHEET))

kept = read(SHEET, cv2.IMWRITE_GIF_DITHER, 3)
print(f"without dithering: two colours are {colours(kept)}")
assert np.array_equal(kept, SHEET)
PY
