#!/usr/bin/env bash
# pyvips 3.2.0 (libvips 8.18.7): a transparent sticker from Pillow or numpy has four colours and no transparency.
# Guess: Image.new_from_array takes an RGBA picture of uint8 as RGBA: PNG and WebP come out right, and hasalpha() says so.
# Seen: PNG and WebP come out right, but hasalpha() is False. As JPEG on white the ground is black, as GIF the orange sticker is
#   white, as PNG with a palette it is wholly transparent, and the edges of a thumbnail are darkened. An opaque 16-bit picture
#   that is given addalpha() is nearly transparent. No warning. With interpretation="auto" all is as guessed; the default is
#   called that of new_from_memory, where nothing is said of it. What is read from a file is right by itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyvips==3.2.0 pyvips-binary==8.18.7 pillow==13.0.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PY'
import io

import numpy
import pyvips
from PIL import Image, ImageDraw

ORANGE, WHITE = (255, 140, 0), [255, 255, 255]
sticker = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
ImageDraw.Draw(sticker).ellipse((8, 8, 55, 55), fill=ORANGE + (255,))


def seen(data):
    """Return the colours of the corner and of the middle, as Pillow reads them."""
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    return image.getpixel((0, 0)), image.getpixel((32, 32))


def near(colour, expected):
    return all(abs(one - other) <= 3 for one, other in zip(colour, expected))


def edges(image):
    """Return how bright the red of half transparent pixels is in a thumbnail; that of the sticker is 255."""
    pixels = image.thumbnail_image(16).numpy()
    half = (pixels[..., 3] > 20) & (pixels[..., 3] < 235)
    return int(pixels[half][:, 0].min()), int(pixels[half][:, 0].max())


def saved(image):
    return {
        "PNG": seen(image.pngsave_buffer()),
        "WebP": seen(image.webpsave_buffer(lossless=True)),
        "JPEG on white": seen(image.jpegsave_buffer(background=WHITE)),
        "GIF": seen(image.gifsave_buffer()),
        "PNG with palette": seen(image.pngsave_buffer(palette=True)),
    }


def right(image):
    """Save an image in all formats, print what comes out, and return in which of them it is right."""
    results = saved(image)
    for name, (corner, middle) in results.items():
        print(f"  {name}: corner {corner}, middle {middle}")
    return {
        name
        for name, (corner, middle) in results.items()
        if near(middle, ORANGE + (255,)) and (corner[3] == 0 or name.startswith("JPEG") and near(corner, WHITE))
    }


ALL = {"PNG", "WebP", "JPEG on white", "GIF", "PNG with palette"}
for source in (sticker, numpy.array(sticker)):
    image = pyvips.Image.new_from_array(source)
    print(f"{type(source).__name__}: {image.interpretation}, hasalpha {bool(image.hasalpha())}, red of edges {edges(image)}")
    assert not image.hasalpha() and right(image) == {"PNG", "WebP"}
    assert edges(image)[0] < 150
    results = saved(image)
    assert near(results["JPEG on white"][0], (0, 0, 0)) and near(results["GIF"][1], (255, 255, 255, 255))
    assert results["PNG with palette"][1][3] == 0

file = io.BytesIO()
sticker.save(file, "PNG")
for name, image in (
    ("auto", pyvips.Image.new_from_array(sticker, interpretation="auto")),
    ("from a file", pyvips.Image.new_from_buffer(file.getvalue(), "")),
):
    print(f"{name}: {image.interpretation}, hasalpha {bool(image.hasalpha())}, red of edges {edges(image)}")
    assert image.hasalpha() and right(image) == ALL and edges(image)[0] >= 250

deep = numpy.full((4, 4, 3), 30000, numpy.uint16)
for interpretation, expected in ((None, 255), ("auto", 65535)):
    alpha = int(pyvips.Image.new_from_array(deep, interpretation=interpretation).addalpha().numpy()[0, 0, 3])
    print(f"16 bits, {interpretation}: addalpha() gives {alpha} of 65535")
    assert alpha == expected
PY
