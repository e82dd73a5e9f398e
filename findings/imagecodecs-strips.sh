#!/usr/bin/env bash
# imagecodecs 2026.3.6: a colour picture written as GIF is an animation of grey strips, three pixels wide.
# Guess: imwrite() writes an array (height, width, 3) as the same picture in each format, in 256 colours as GIF.
# Seen: nine formats do. For GIF the first axis is taken for frames and the colours for columns: a picture of 32 by 24 is 24
#   frames of 3 by 32, all grey, and no error or warning. Its own imread() then gives (24, 32, 3, 3). With an alpha channel
#   strips are four wide. A grey picture is right, and colour GIFs of others are read rightly, but what was read is refused.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet imagecodecs==2026.3.6 pillow==13.0.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PY'
import imagecodecs
import numpy
from PIL import Image

picture = numpy.zeros((24, 32, 3), numpy.uint8)
picture[:, :16], picture[:, 16:] = (200, 40, 40), (40, 40, 200)


def written(array, ending):
    """Write by imagecodecs and return size, number of frames and mode by Pillow, and the shape by imagecodecs."""
    name = f"picture.{ending}"
    imagecodecs.imwrite(name, array)
    with Image.open(name) as image:
        return image.size, getattr(image, "n_frames", 1), image.mode, imagecodecs.imread(name).shape


for ending in ("png", "apng", "webp", "bmp", "tif", "qoi", "jpg", "avif", "jp2"):
    seen = written(picture, ending)
    print(f"{ending}:", *seen)
    assert seen == ((32, 24), 1, "RGB", (24, 32, 3)), seen

for name, array, expected in (
    ("colours", picture, ((3, 32), 24, "L", (24, 32, 3, 3))),
    ("colours and alpha", numpy.dstack([picture, picture[..., :1]]), ((4, 32), 24, "L", (24, 32, 4, 3))),
    ("grey", picture[..., 0].copy(), ((32, 24), 1, "L", (24, 32, 3))),
):
    seen = written(array, "gif")
    print(f"gif, {name}:", *seen)
    assert seen == expected, seen

Image.fromarray(picture).save("other.gif")
read = imagecodecs.imread("other.gif")
assert read.shape == picture.shape and numpy.abs(read.astype(int) - picture).max() < 8
frames = numpy.stack([read, read])
try:
    print("two colour frames:", len(imagecodecs.gif_encode(frames)))
except ValueError as error:
    print("two colour frames:", error)
else:
    raise SystemExit("changed: two colour frames are written")
PY
