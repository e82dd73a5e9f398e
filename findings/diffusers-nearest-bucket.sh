#!/usr/bin/env bash
# diffusers 0.42.1: find_nearest_bucket takes small buckets of another shape, and of two of one shape the last, whatever the size.
# Guess: "finds the closest bucket to the given height and width", as its training scripts sort photos by --aspect_ratio_buckets:
#   a photo of 512x512 goes to the bucket 512,512, and a nearly square one to a square bucket.
# Seen: it compares h * bucket_w with w * bucket_h, and does not divide: of a bucket half as large the difference is half as large.
#   With "1024,1024;512,768;768,512" photos of 1200x1000, 870x1024 and 1024x860 are cut to 2:3 and 3:2, though the square is nearer
#   to their shape. With "512,512;1024,1024" a photo of 512x512 is blown up to 1024x1024, in the other order one of 1024x1024
#   shrunk to 512x512. With the buckets that diffusers makes for 512 and for 1024, nine of ten photos are shrunk to those for 512.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1
cd "$folder"
DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
from math import log

from diffusers.training_utils import find_nearest_bucket, generate_aspect_ratio_buckets, parse_buckets_string


def bucket(photo, buckets):
    return buckets[find_nearest_bucket(*photo, buckets)]


def apart(photo, other):
    """How far two shapes are from each other, as the logarithm of the ratio of their proportions."""
    return abs(log(photo[0] / photo[1]) - log(other[0] / other[1]))


shapes = parse_buckets_string("1024,1024;512,768;768,512")
for photo in (1200, 1000), (870, 1024), (1024, 860):
    found = bucket(photo, shapes)
    print(f"{photo}: {found}, {apart(photo, found):.2f} apart; the square is {apart(photo, (1, 1)):.2f} apart")
    assert found != (1024, 1024) and apart(photo, found) > apart(photo, (1, 1)) + 0.03
    assert bucket(photo, parse_buckets_string("1024,1024;832,1248;1248,832")) == (1024, 1024)

for text in "512,512;1024,1024", "1024,1024;512,512":
    buckets = parse_buckets_string(text)
    found = [bucket((side, side), buckets) for side in (512, 768, 1024)]
    print(f"squares of 512, 768 and 1024 in {text}: {found}")
    assert found == [buckets[-1]] * 3

small, large = generate_aspect_ratio_buckets(512), generate_aspect_ratio_buckets(1024)
photos = [(height, width) for height in range(1024, 2049, 16) for width in range(1024, 2049, 16)]
shrunk = sum(bucket(photo, large + small) in small for photo in photos)
print(f"{shrunk} of {len(photos)} photos of 1024 to 2048 are shrunk to the buckets for 512")
assert shrunk > 0.85 * len(photos)
PY
