#!/usr/bin/env bash
# datasets 5.2.0: what is drawn on an opened picture, or done to it in place, is not in the data set.
# Guess: an Image column holds the picture as it is when it is put in: map with thumbnail() or ImageDraw gives smaller or drawn pictures.
# Seen: a picture that Pillow opened from a file is kept as that file: thumbnail(), paste() and ImageDraw are gone, in from_dict and in
#   map, batched or not, in the same column and in a new one, and where the bytes are in the data set with a path beside them. A copy
#   (resize, convert), or bytes without a path, are kept as they are now. No error, no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet datasets==5.2.0 pillow==13.0.0 numpy==2.4.6
cd "$folder"
HF_HUB_OFFLINE=1 HF_HOME="$folder/home" venv/bin/python -W ignore - <<'PY'
from pathlib import Path

import datasets
from datasets import Dataset, Features, Image
from PIL import Image as Pillow
from PIL import ImageDraw

datasets.disable_progress_bars()
FEATURES = Features({"image": Image()})


def drawn(image):
    ImageDraw.Draw(image).rectangle((0, 0, 31, 31), fill="red")
    return image


def pasted(image):
    image.paste("red", (0, 0, 32, 32))
    return image


def smaller(image):
    image.thumbnail((8, 8))
    return image


def resized(image):
    return image.resize((8, 8))


def drawn_copy(image):
    return drawn(image.copy())


def looks(image):
    red, green, blue = image.convert("RGB").getpixel((4, 4))
    return image.size, "white" if green > 250 else "red"


def ways(path, change):
    """The picture of a file, changed, as it comes out of each kind of data set."""
    of_files = Dataset.from_dict({"image": [str(path)]}).cast_column("image", Image())
    yield "from_dict", Dataset.from_dict({"image": [change(Pillow.open(path))]}, features=FEATURES)[0]["image"]
    yield "map", of_files.map(lambda row: {"image": change(row["image"])})[0]["image"]
    yield "map to a new column", of_files.map(lambda row: {"new": change(row["image"])})[0]["new"]
    yield "batched map", of_files.map(lambda rows: {"image": [change(image) for image in rows["image"]]}, batched=True)[0]["image"]
    for kept, told in (str(path), "bytes with a path"), (None, "bytes alone"):
        stored = Dataset.from_dict({"image": [{"bytes": path.read_bytes(), "path": kept}]}, features=FEATURES)
        yield told, stored.map(lambda row: {"image": change(row["image"])})[0]["image"]


for name in "white.png", "white.jpg":
    path = Path(name).resolve()
    Pillow.new("RGB", (32, 32), "white").save(path)
    for change in drawn, pasted, smaller, resized, drawn_copy:
        meant = looks(change(Pillow.open(path)))
        seen = {told: looks(image) for told, image in ways(path, change)}
        lost = [told for told, look in seen.items() if look != meant]
        print(f"{name}, {change.__name__}: meant {meant}; as before in {', '.join(lost) or 'none'}")
        in_place = change in (drawn, pasted, smaller)
        assert lost == (["from_dict", "map", "map to a new column", "batched map", "bytes with a path"] if in_place else []), lost
        assert all(seen[told] == ((32, 32), "white") for told in lost)
PY
