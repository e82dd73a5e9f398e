#!/usr/bin/env bash
# python-barcode 0.16.1, zxing-cpp 3.1.1: what `ean14`, `gtin` and `issn` draw is read by no scanner.
# Guess: an EAN-14 is drawn in bars that have fourteen digits (ITF-14), an ISSN as EAN-13: 977, seven digits, 00 and a check digit, as its
#   documentation has it.
# Seen: both are bars in the manner of EAN-13 with another number of digits: eight for an ISSN, whose rest is cut off, fourteen for an
#   EAN-14. Nothing is read of nearly all of them, or another number. JAN, EAN-13, UPC, ISBN and ITF of the same digits are read. No error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet python-barcode==0.16.1 pillow==13.0.0 zxing-cpp==3.1.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import random

import barcode
import zxingcpp
from barcode.writer import ImageWriter

chance = random.Random(1)


def digits(count):
    """Return so many digits drawn by chance."""
    return "".join(chance.choice("0123456789") for _ in range(count))


def read(name, text):
    """Return the number of a barcode, and what a reader finds in it."""
    drawn = barcode.get(name, text, writer=ImageWriter())
    image = drawn.render({"write_text": False, "module_width": 0.4, "dpi": 200})
    found = zxingcpp.read_barcodes(image.convert("L"))
    return drawn.get_fullcode(), found[0].text if found else None


NUMBERS = {
    "jan": lambda: "49" + digits(10),
    "ean13": lambda: digits(12),
    "ean8": lambda: digits(7),
    "upca": lambda: digits(11),
    "isbn13": lambda: "978" + digits(9),
    "itf": lambda: digits(14),
    "ean14": lambda: digits(13),
    "gtin": lambda: digits(13),
    "issn": lambda: digits(7),
}
right = {}
for name, number in NUMBERS.items():
    found = [read(name, number()) for _ in range(50)]
    right[name] = sum(text is not None and text.lstrip("0") == full.lstrip("0") for full, text in found)
    print(f"{name}: {right[name]} of 50 read rightly; the first is {found[0][0]}, read as {found[0][1]}")
full, found = read("issn", "0317-8471")
print("ISSN 0317-8471 is 9770317847001 as EAN-13; drawn:", full, "read:", found)
assert {name: count for name, count in right.items() if count != 50} == {"ean14": 0, "gtin": 0, "issn": 0}, right
assert (len(full), found) == (8, None)
PY
