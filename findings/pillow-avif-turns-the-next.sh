#!/usr/bin/env bash
# pillow 13.0.0: to save a photo as AVIF takes the orientation out of the caller's Exif: what is saved next lies on its side.
# Guess: save("photo.avif", exif=exif) reads exif and leaves it as it is, as saving as JPEG, PNG, WebP and TIFF does.
# Seen: the orientation goes into the AVIF file itself, and is popped from the very object that was handed over. The JPEG and the
#   WebP that are written with it next are not turned by any viewer; with AVIF written last they are. If it is image.getexif(),
#   the image has lost it too: ImageOps.exif_transpose does nothing any more. No warning. Handed over as bytes it stays.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pillow==13.0.0
"$folder/venv/bin/python" - <<'PY'
import io

from PIL import Image, ImageOps

TURN = 0x0112
UPRIGHT = (32, 48)


def photo():
    """A photo of 48x32 that is to be turned by a quarter, as telephones write it."""
    file, exif = io.BytesIO(), Image.Exif()
    exif[TURN] = 6
    Image.new("RGB", (48, 32), "red").save(file, "JPEG", exif=exif)
    return Image.open(io.BytesIO(file.getvalue()))


def shown(formats, as_bytes=False):
    """Save the photo in these formats, one after the other, and return how large each is shown, and what the image itself has left."""
    image = photo()
    exif = image.getexif().tobytes() if as_bytes else image.getexif()
    sizes = {}
    for form in formats:
        file = io.BytesIO()
        image.save(file, form, exif=exif)
        sizes[form] = ImageOps.exif_transpose(Image.open(io.BytesIO(file.getvalue()))).size
    return sizes, ImageOps.exif_transpose(image).size


others = ["JPEG", "WEBP", "PNG", "TIFF"]
for order, given in (others, False), (["AVIF", *others], True), ([*others, "AVIF"], False), (["AVIF", *others], False):
    sizes, left = shown(order, as_bytes=given)
    print(f"{'bytes' if given else 'Exif'}, {' '.join(order)}: {sizes}; the image itself afterwards {left}")
    lost = order[0] == "AVIF" and not given
    for form in order:
        assert sizes[form] == (UPRIGHT[::-1] if lost and form != "AVIF" else UPRIGHT), (order, form)
    assert left == (UPRIGHT if given or "AVIF" not in order else UPRIGHT[::-1])
PY
