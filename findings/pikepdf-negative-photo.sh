#!/usr/bin/env bash
# pikepdf 10.18.0, pypdfium2 5.15.2: a photo that a PDF stores as its negative comes out of `as_pil_image` as the negative.
# Guess: /Decode [1 0], which says that black is stored as white, is heeded for a JPEG as for greys, colours and bits that are stored as they
#   are, or there is a warning, as there is for a palette.
# Seen: of a JPEG it is not looked at, and black is white, without a warning. And a palette of two greys is half black: the second grey of
#   one bit is 0, where four greys of two bits are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pikepdf==10.18.0 pypdfium2==5.15.2 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" -W ignore::DeprecationWarning - <<'PY'
import io
import warnings

import numpy as np
import pypdfium2
from pikepdf import Array, Dictionary, Name, Pdf, PdfImage, String
from PIL import Image

WIDTH, HEIGHT = 32, 16
DARK_LEFT = np.where(np.arange(WIDTH) < WIDTH // 2, 20, 230).astype(np.uint8)
GREY = Image.fromarray(np.tile(DARK_LEFT, (HEIGHT, 1)))
BITS = bytes([0, 0, 255, 255]) * HEIGHT


def jpeg(image):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95)
    return file.getvalue()


def palette(space, *colours):
    return Array([Name.Indexed, space, len(colours) - 1, String(b"".join(colours))])


PICTURES = {  # data, colours, bits, colours of a point
    "greys": (GREY.tobytes(), Name.DeviceGray, 8, 1),
    "colours": (GREY.convert("RGB").tobytes(), Name.DeviceRGB, 8, 3),
    "bits": (BITS, Name.DeviceGray, 1, 1),
    "JPEG of greys": (jpeg(GREY), Name.DeviceGray, 8, 1),
    "JPEG of colours": (jpeg(GREY.convert("RGB")), Name.DeviceRGB, 8, 3),
    "palette of colours": (BITS, palette(Name.DeviceRGB, b"\x14\x14\x14", b"\xe6\xe6\xe6"), 1, 1),
    "palette of two greys": (BITS, palette(Name.DeviceGray, b"\x14", b"\xe6"), 1, 1),
    "palette of four greys": (bytes([0, 0, 0, 0, 85, 85, 85, 85]) * HEIGHT, palette(Name.DeviceGray, b"\x14", b"\xe6", b"0", b"0"), 2, 1),
}


def halves(image):
    """Return how bright the left and the right half of a picture are."""
    values = np.asarray(image.convert("RGB"), float).mean(axis=2)
    return round(values[:, : WIDTH // 2].mean()), round(values[:, WIDTH // 2 :].mean())


def both(data, colours, bits, count, negative):
    """Put a picture in a PDF; return its halves as pikepdf takes it out, and as the page shows it."""
    with Pdf.new() as pdf:
        pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
        picture = pdf.make_stream(
            data, Type=Name.XObject, Subtype=Name.Image, Width=WIDTH, Height=HEIGHT, ColorSpace=colours, BitsPerComponent=bits
        )
        if data.startswith(b"\xff\xd8"):
            picture.Filter = Name.DCTDecode
        if negative:
            picture.Decode = Array([1, 0] * count)
        pdf.pages[0].Resources = Dictionary(XObject=Dictionary(Cat=picture))
        pdf.pages[0].Contents = pdf.make_stream(f"{WIDTH} 0 0 {HEIGHT} 0 0 cm /Cat Do".encode())
        file = io.BytesIO()
        pdf.save(file)
    with Pdf.open(io.BytesIO(file.getvalue())) as pdf, warnings.catch_warnings(record=True, action="always") as said:
        taken = halves(PdfImage(pdf.pages[0].images["/Cat"]).as_pil_image())
    is_said = any("/Decode" in str(warning.message) for warning in said)
    return taken, halves(pypdfium2.PdfDocument(file.getvalue())[0].render(scale=1).to_pil()), is_said


wrong, warned = set(), set()
for name, picture in PICTURES.items():
    for negative in (False, True):
        taken, shown, is_said = both(*picture, negative)
        kind = f"{name}, negative" if negative else name
        print(f"{kind}: shown with halves of {shown}, taken out with {taken}{', with a warning' if is_said else ''}")
        if is_said:
            warned.add(kind)
        elif np.abs(np.subtract(taken, shown)).max() > 10:
            wrong.add(kind)
assert warned == {f"palette of {greys}, negative" for greys in ("colours", "two greys", "four greys")}, warned
assert wrong == {"JPEG of greys, negative", "JPEG of colours, negative", "palette of two greys"}, wrong
PY
