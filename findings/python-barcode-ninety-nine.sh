#!/usr/bin/env bash
# python-barcode 0.16.1, zxing-cpp 3.1.1: a Code 128 of a number that begins with 99 is read without the 99.
# Guess: digits are what Code 128 is best at: every number reads as it was written.
# Seen: 991234 reads 1234, 99123A reads 123A, and 99 alone nothing: as the first pair it is taken for the sign that changes to the set of
#   digits, and joined with the start. No error. Elsewhere a 99 is read, and every other first pair is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet python-barcode==0.16.1 pillow==13.0.0 zxing-cpp==3.1.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import barcode
import zxingcpp
from barcode.writer import ImageWriter


def read(text):
    """Return what a reader finds in the barcode of a text, or None."""
    image = barcode.get("code128", text, writer=ImageWriter()).render({"write_text": False, "module_width": 0.4, "dpi": 200})
    found = zxingcpp.read_barcodes(image.convert("L"))
    return found[0].text if found else None


seen = {text: read(text) for text in ("981234", "991234", "9912345", "99123A", "A991234", "1299", "9999", "99")}
for text, found in seen.items():
    print(f"{text}: {found}")
by_pair = [f"{first:02}" for first in range(100) if read(f"{first:02}123456") != f"{first:02}123456"]
print("of numbers of eight digits, misread are those that begin with:", *by_pair)
assert by_pair == ["99"]
wrong = {"991234": "1234", "9912345": "12345", "99123A": "123A", "9999": "99", "99": None}
assert {text: found for text, found in seen.items() if found != text} == wrong
PY
