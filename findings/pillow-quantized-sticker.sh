#!/usr/bin/env bash
# pillow 13.0.0 and fpdf2 2.8.9: a quantized sticker has other colours as GIF and in a PDF.
# Guess: quantize(8) keeps the alpha, so its result looks the same in a GIF and in a PDF as in a PNG, ground seen through.
# Seen: in both green is pink, white black and the ground an opaque cyan; blue is blue. They take the palette of RGBA values for
#   one of RGB. PNG, WebP and AVIF are right, and so is all after convert("RGBA"). The GIF has the right colours (not the
#   transparency) if each of its colours is used: 4 of 4, but not 4 of 8. Above 192 colours Pillow sees that it is RGBA.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pillow==13.0.0 fpdf2==2.8.9 pypdfium2==5.15.2
"$folder/venv/bin/python" - <<'PY'
import io

import pypdfium2
from fpdf import FPDF
from PIL import Image

sticker = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
sticker.paste((0, 0, 255, 255), (0, 16, 64, 32))
sticker.paste((0, 128, 0, 255), (0, 32, 64, 48))
sticker.paste((255, 255, 255, 255), (0, 48, 64, 64))


def colours(image):
    rgba = image.convert("RGBA")
    pixels = [rgba.getpixel((32, y)) for y in (8, 24, 40, 56)]
    return ["clear" if alpha == 0 else f"{red:02x}{green:02x}{blue:02x}" for red, green, blue, alpha in pixels]


def saved(image, kind, **options):
    written = io.BytesIO()
    image.save(written, kind, **options)
    return colours(Image.open(written))


def in_pdf(image):
    """Draw the image on a grey page."""
    pdf = FPDF(unit="pt", format=(64, 64))
    pdf.add_page()
    pdf.set_fill_color(200)
    pdf.rect(0, 0, 64, 64, style="F")
    pdf.image(image, x=0, y=0, w=64, h=64)
    return colours(pypdfium2.PdfDocument(bytes(pdf.output()))[0].render().to_pil())


right, on_grey = ["clear", "0000ff", "008000", "ffffff"], ["c8c8c8", "0000ff", "008000", "ffffff"]
opaque, wrong = ["ff0000", "0000ff", "008000", "ffffff"], ["00ffff", "0000ff", "ff0080", "000000"]
few = sticker.quantize(8)
assert colours(sticker) == colours(few) == right
assert few.palette.mode == "RGBA"
seen = {
    "8 colours, PNG": saved(few, "PNG"),
    "8 colours, GIF": saved(few, "GIF"),
    "8 colours, PDF": in_pdf(few),
    "4 colours, GIF": saved(sticker.quantize(4), "GIF"),
    "256 colours, GIF": saved(sticker.quantize(256), "GIF"),
    "RGBA again, GIF": saved(few.convert("RGBA"), "GIF"),
    "RGBA again, PDF": in_pdf(few.convert("RGBA")),
}
for name, value in seen.items():
    print(f"{name}: {value}")
assert list(seen.values()) == [right, wrong, wrong, opaque, opaque, right, on_grey], seen
for kind in "WEBP", "AVIF":
    ground, blue, *_ = saved(few, kind)
    print(f"8 colours, {kind}: ground {ground}, blue {blue}")
    assert ground == "clear" and blue[4:] >= "f8" and blue[:4] <= "0808"
PY
