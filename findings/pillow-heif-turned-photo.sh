#!/usr/bin/env bash
# pillow-heif 1.8.1: a photo taken upright lies on its side, and one taken overhead stands on its head.
# Guess: a JPEG that its EXIF says to turn looks the same as a HEIF, whichever way it is saved.
# Seen: image.save() keeps it. from_pillow(image).save() turns the pixels and asks the viewer to turn them again: a photo
#   of a telephone held upright (orientation 6) is a quarter too far, one of orientation 3 on its head. With
#   exif=image.getexif(), a type that Pillow takes, nothing turns it. EXIF as bytes is right, as are Pillow's WebP and AVIF.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pillow-heif==1.8.1 pillow==13.0.0
"$folder/venv/bin/python" - <<'PY'
import io

import pillow_heif
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()
COLOURS = {"red": (255, 0, 0), "blue": (0, 0, 255), "white": (255, 255, 255), "black": (0, 0, 0)}


def telephone_photo(orientation):
    """Make a JPEG of four colours in its quarters, which EXIF says to turn."""
    image = Image.new("RGB", (64, 32))
    for colour, corner in zip(COLOURS.values(), ((0, 0), (32, 0), (0, 16), (32, 16)), strict=True):
        image.paste(colour, (*corner, corner[0] + 32, corner[1] + 16))
    exif = Image.Exif()
    exif[0x112] = orientation
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif, quality=100, subsampling=0)
    return file


def looks(file):
    """Say which colours a viewer shows in the corners: top left, top right, bottom left, bottom right."""
    image = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
    width, height = image.size
    corners = [(x, y) for y in (4, height - 5) for x in (4, width - 5)]

    def nearest(pixel):
        return min(COLOURS, key=lambda name: sum(abs(a - b) for a, b in zip(COLOURS[name], pixel, strict=True)))

    return " ".join(nearest(image.getpixel(corner)) for corner in corners)


def saved(photo, way):
    image, file = Image.open(photo), io.BytesIO()
    if way == "from_pillow":
        pillow_heif.from_pillow(image).save(file)
    elif way == "HEIF":
        image.save(file, "HEIF")
    elif way == "HEIF, exif as bytes":
        image.save(file, "HEIF", exif=image.info["exif"])
    else:
        image.save(file, way.split(",")[0], exif=image.getexif())
    return looks(file)


WAYS = ("HEIF", "HEIF, exif as bytes", "WEBP, exif", "AVIF, exif", "HEIF, exif", "from_pillow")
RIGHT, WRONG = WAYS[:4], WAYS[4:]
seen = {
    orientation: {"JPEG": looks(telephone_photo(orientation))}
    | {way: saved(telephone_photo(orientation), way) for way in WAYS}
    for orientation in (1, 3, 6, 8)
}
for orientation, ways in seen.items():
    for way, colours in ways.items():
        print(f"orientation {orientation}  {way:20} {colours}")
unturned, quarter, half = "red blue white black", "white red black blue", "black white blue red"
assert [seen[orientation]["JPEG"] for orientation in (1, 6, 3)] == [unturned, quarter, half], seen
for orientation, ways in seen.items():
    assert all(ways[way] == ways["JPEG"] for way in RIGHT), (orientation, ways)
    assert all((ways[way] == ways["JPEG"]) == (orientation == 1) for way in WRONG), (orientation, ways)
assert seen[6]["HEIF, exif"] == seen[3]["HEIF, exif"] == unturned, seen
assert seen[6]["from_pillow"] == half, seen
assert seen[3]["from_pillow"] == unturned, seen
PY
