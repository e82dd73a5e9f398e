#!/usr/bin/env bash
# apng 0.3.4: frames of other colours are shown in those of the first.
# Guess: APNG.from_files() shows each PNG file as it looks alone, or refuses those that do not fit together.
# Seen: only the first file's header, palette and transparency are written. Red, blue and green in files with a palette
#   are three times red; pngquant, oxipng and Pillow's quantize() write such files. A frame with an alpha channel after
#   one without is another picture: blue is black. Nothing is said.
#   The frames taken out again are also red. Files that are all RGB, or all RGBA, are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet apng==0.3.4 pillow==13.0.0
cd "$folder"
venv/bin/python - <<'PY'
from apng import APNG
from PIL import Image

COLOURS = {"red": (255, 0, 0), "blue": (0, 0, 255), "green": (0, 128, 0)}


def colour(image):
    return image.convert("RGBA").getpixel((5, 5))


def animated(*modes):
    """Save a PNG file for each colour, join them; give what the frames of the result look like."""
    files = []
    for (name, values), mode in zip(COLOURS.items(), modes):
        image = Image.new("RGB", (32, 32), values)
        image = image.quantize(4) if mode == "P" else image.convert(mode)
        files.append(f"{name}-{mode}.png")
        image.save(files[-1])
        assert colour(Image.open(files[-1])) == (*values, 255)
    APNG.from_files(files, delay=100).save("animated.png")
    result = Image.open("animated.png")
    assert result.n_frames == len(modes)
    seen = []
    for number in range(len(modes)):
        result.seek(number)
        seen.append(colour(result))
    return seen


right = [(*values, 255) for values in COLOURS.values()]
for mode in ("RGB", "RGBA", "P"):
    seen = animated(mode, mode, mode)
    print(f"red, blue and green as {mode}: {seen}")
    assert seen == (right if mode != "P" else right[:1] * 3)
for number, (png, _) in enumerate(APNG.open("animated.png").frames):
    png.save(f"frame-{number}.png")
    assert colour(Image.open(f"frame-{number}.png")) == right[0]
seen = animated("RGB", "RGBA")
print("red as RGB, blue as RGBA:", seen)
assert seen == [right[0], (0, 0, 0, 255)]
PY
