#!/usr/bin/env bash
# thumbhash 0.1.2 (the Python port): the preview of every picture is one flat colour, and a transparent picture is an error.
# Guess: a blurred picture as the ThumbHash of JavaScript makes it, with the colours about where they were. Alpha channels are
#   what it has over BlurHash.
# Seen: of a picture that is blue on the left and red on the right, all 736 pixels are decoded alike, as its top left corner.
#   Turned round it is all the other colour. One pixel that is not opaque makes encoding a TypeError.
#   Decoding prints the aspect ratio. The average colour and the ratio are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet thumbhash==0.1.2 pillow==13.0.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import contextlib, io

import thumbhash
from PIL import Image


def encoded(left, right, alpha=255):
    image = Image.new("RGBA", (96, 64), (*right, 255))
    image.paste((*left, 255), (0, 0, 48, 64))
    image.putpixel((0, 0), (*left, alpha))
    image.save("picture.png")
    return thumbhash.image_to_thumb_hash("picture.png")


def decoded(code):
    """Give the size, the set of decoded pixels, and what decoding printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        width, height, values = thumbhash.thumb_hash_to_rgba(code)
    pixels = [tuple(values[i : i + 4]) for i in range(0, len(values), 4)]
    assert len(pixels) == width * height
    return (width, height), set(pixels), printed.getvalue().strip()


BLUE, RED = (0, 0, 255), (255, 0, 0)
corners = []
for name, sides in (("blue, red", (BLUE, RED)), ("red, blue", (RED, BLUE))):
    size, pixels, printed = decoded(encoded(*sides))
    average = [round(value, 1) for value in thumbhash.thumb_hash_to_average_rgba(encoded(*sides))]
    print(f"{name}: {size} decoded to {pixels}, printed {printed!r}, average {average}")
    assert size == (32, 23)
    assert printed == "1.4"
    assert average == [0.5, 0.0, 0.5, 1.0]
    assert len(pixels) == 1
    corners += pixels
assert corners[0][2] > corners[0][0]
assert corners[1][0] > corners[1][2]
try:
    encoded(BLUE, RED, alpha=254)
except TypeError as error:
    print("one pixel of alpha 254:", error)
    assert "__round__" in str(error)
else:
    raise AssertionError("a transparent picture is encoded now")
PY
