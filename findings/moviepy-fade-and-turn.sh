#!/usr/bin/env bash
# moviepy 2.2.1: what is faded in and turned is its own negative, nearly black, until the fading ends; turned twice it is so for good.
# Guess: FadeIn(1) and then Rotate(15) is a picture that fades in, at a slant; Rotate(30) and then Rotate(15) is one at 45 degrees. The
#   order of fading and turning does not matter.
# Seen: fading and turning make floats of the colours, and Rotate takes floats for a mask from 0 to 1: it multiplies them by 255, modulo
#   256. Orange of 200 is 0.6 of 255 while it fades in, and leaps to 200 at the end. So it is after FadeOut, after another
#   Rotate by other than quarters, and in between. The other order is right. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet moviepy==2.2.1 pillow==11.3.0 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PY'
import numpy
from moviepy import CompositeVideoClip, ImageClip, vfx
from PIL import Image

ORANGE = (200, 120, 40)
picture = numpy.full((60, 80, 3), ORANGE, numpy.uint8)
clip = ImageClip(picture).with_duration(3)


def middle(time, *effects):
    """Return the colour in the middle of what is shown then."""
    shown = CompositeVideoClip([clip.with_effects(list(effects))]).get_frame(time)
    return tuple(round(float(value)) for value in numpy.asarray(shown)[shown.shape[0] // 2, shown.shape[1] // 2])


def turned(*angles):
    """Turn it by Pillow, one angle after the other."""
    image = Image.fromarray(picture)
    for angle in angles:
        image = image.rotate(angle, expand=True, resample=Image.BICUBIC)
    return image.getpixel((image.width // 2, image.height // 2))


fade_in, fade_out, slant = vfx.FadeIn(1), vfx.FadeOut(1), vfx.Rotate(15)
for time in (0.25, 0.5, 0.75, 1.5):
    first, last = middle(time, fade_in, slant), middle(time, slant, fade_in)
    rightly = tuple(round(min(time, 1) * value) for value in ORANGE)
    print(f"after {time} seconds, faded in and turned {first}, turned and faded in {last}, by hand {rightly}")
    assert max(abs(a - b) for a, b in zip(last, rightly)) <= 1
    assert max(first) <= 1 if time < 1 else first == ORANGE, "changed: it fades in"
assert max(middle(2.5, slant, fade_out)) == 100 and max(middle(2.5, fade_out, slant)) <= 1, "changed: it fades out"
for angles in ((30,), (90, 15), (30, 15), (30, 15, 15)):
    seen = middle(0, *(vfx.Rotate(angle) for angle in angles))
    print(f"turned by {angles}: {seen}, by Pillow {turned(*angles)}")
    assert turned(*angles) == ORANGE
    assert seen == ORANGE if len(angles) == 1 or angles[0] == 90 else max(seen) <= 1, "changed: it is turned twice"
PY
