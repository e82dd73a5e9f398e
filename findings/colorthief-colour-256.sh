#!/usr/bin/env bash
# colorthief 0.2.1: a palette has colours that are not in the picture, and some that are no colours.
# Guess: of a picture in three flat colours the palette is these three, about, whatever number is asked for.
# Seen: asked for 2 it gives three, for 3 and 4 a purple as well, for 6 a colour with the value 256. A wholly red picture
#   has (256, 4, 4) in its palette, four times: as a hex code #1000404, with a digit too many.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet colorthief==0.2.1 pillow==13.0.0
"$folder/venv/bin/python" - <<'PY'
import io

from colorthief import ColorThief
from PIL import Image

flag = Image.new("RGB", (90, 60), "red")
flag.paste("blue", (30, 0, 60, 60))
flag.paste("green", (60, 0, 90, 60))
COLOURS = {(252, 4, 4), (4, 4, 252), (4, 132, 4)}  # red, blue and green, in steps of eight


def palette(picture, number):
    file = io.BytesIO()
    picture.save(file, "PNG")
    file.seek(0)
    return ColorThief(file).get_palette(number)


seen = {number: palette(flag, number) for number in (2, 3, 4, 5, 6)}
for number, colours in seen.items():
    print(f"asked for {number}: {colours}")
assert len(seen[2]) == 3
for number, colours in seen.items():
    assert set(colours) >= COLOURS, seen
    assert (set(colours) == COLOURS) == (number == 2), seen
assert any(256 in colour for colour in seen[6]), seen
red = palette(Image.new("RGB", (64, 64), "red"), 5)
print("red:", red, "#%02x%02x%02x" % red[1])
assert red[0] == (252, 4, 4) and set(red[1:]) == {(256, 4, 4)}, red
PY
