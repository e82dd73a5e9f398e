#!/usr/bin/env bash
# pdqhash 0.2.8: a picture turned with np.rot90 or transposed has the hash of another picture.
# Guess: the hash is of what the array holds: a photo turned upright with np.rot90 has the hash that its copy has, and that of the
#   same photo taken upright.
# Seen: where the rows of the array lie as columns in memory, as after np.rot90, a transpose or in Fortran's order, the grey picture
#   keeps that order and is read as if it did not: as far from its own copy as any two pictures (128 of 256 bits; 31 are taken as the
#   same). compute_float and compute_dihedral do the same. Half turns, mirrors and slices are right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pdqhash==0.2.8 numpy==2.4.6 pillow==13.0.0
"$folder/venv/bin/python" - <<'PY'
import numpy as np
import pdqhash
from PIL import Image

rough = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
PHOTO = np.asarray(Image.fromarray(rough).resize((320, 240), Image.Resampling.BICUBIC)).copy()
SAME = 31  # bits; PDQ's own threshold


def apart(one, other):
    """How many of the 256 bits of two pictures differ."""
    return int((pdqhash.compute(one)[0] != pdqhash.compute(other)[0]).sum())


WAYS = {
    "turned by np.rot90": np.rot90(PHOTO),
    "turned back": np.rot90(PHOTO, 3),
    "transposed": PHOTO.transpose(1, 0, 2),
    "in Fortran's order": np.asfortranarray(PHOTO),
    "turned by half": np.rot90(PHOTO, 2),
    "mirrored": np.fliplr(PHOTO),
    "a slice": np.pad(PHOTO, ((8, 8), (8, 8), (0, 0)))[8:-8, 8:-8],
    "from channels first": np.ascontiguousarray(PHOTO.transpose(2, 0, 1)).transpose(1, 2, 0),
}
for way, picture in WAYS.items():
    copy = np.ascontiguousarray(picture)
    assert np.array_equal(copy, picture)
    bits, quality, right = apart(picture, copy), pdqhash.compute(picture)[1], pdqhash.compute(copy)[1]
    print(f"{way}: {bits} bits from its copy, quality {quality} where its copy has {right}")
    wrong = way in ("turned by np.rot90", "turned back", "transposed", "in Fortran's order")
    assert (bits > 2 * SAME) if wrong else bits == 0

upright, taken = np.rot90(np.rot90(PHOTO, 3).copy()), PHOTO
assert np.array_equal(upright, taken)
print("a photo turned upright and the same taken upright:", apart(upright, taken), "bits apart")
assert apart(upright, taken) > 2 * SAME and apart(upright.copy(), taken) == 0
for function in pdqhash.compute_float, pdqhash.compute_dihedral:
    turned, copy = (np.asarray(function(picture)[0]) for picture in (upright, taken))
    assert not np.allclose(turned, copy), function
PY
