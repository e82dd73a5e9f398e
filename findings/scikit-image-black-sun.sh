#!/usr/bin/env bash
# scikit-image 0.26.0: equalize_adapthist, which limits contrast, paints the red sun of Japan's flag black.
# Guess: clip_limit limits how far two tones are driven apart ("higher values give more contrast"), so a small one changes
#   little, and red stays red, as with OpenCV's CLAHE.
# Seen: at the default 0.01 and at 0.001 the sun on white is (0, 0, 0), for the tones are stretched over the whole range before
#   and after they are limited. A grey of 254 on 255, which nobody can tell apart, becomes black on white. At 1.0, the most
#   contrast by the documentation, both are equally bright. A picture with all tones behaves as guessed. No warning; colours
#   are equalized by their V of HSV, which is why (255, 0, 0) stays red.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet scikit-image==0.26.0 opencv-python-headless==5.0.0.93 pillow==13.0.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PY'
import cv2
import numpy
from PIL import Image, ImageDraw
from skimage.exposure import equalize_adapthist

LIMITS = (0.001, 0.01, 1.0)


def flag(colour):
    image = Image.new("RGB", (144, 96), "white")
    ImageDraw.Draw(image).ellipse((43, 19, 101, 77), fill=colour)
    return numpy.array(image)


def sun(image):
    """Return the colours in the middle and of the corner."""
    image = numpy.asarray(image)
    return tuple(image[48, 72].tolist()), tuple(image[2, 2].tolist())


def scikit(image, limit):
    return (equalize_adapthist(image, clip_limit=limit) * 255).round().astype(numpy.uint8)


def opencv(image):
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    hsv[..., 2] = cv2.createCLAHE(2.0, (8, 8)).apply(hsv[..., 2])
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


BLACK, WHITE = (0, 0, 0), (255, 255, 255)
for colour in ((188, 0, 45), (254, 0, 0), (254, 254, 254)):
    seen = [sun(scikit(flag(colour), limit)) for limit in LIMITS]
    print(f"{colour}: {', '.join(f'{limit}: {middle}' for limit, (middle, _) in zip(LIMITS, seen))}, OpenCV {sun(opencv(flag(colour)))[0]}")
    assert seen[:2] == [(BLACK, WHITE)] * 2
    assert max(seen[2][0]) == 255 and seen[2][1] == WHITE  # as bright as the ground
    assert max(sun(opencv(flag(colour)))[0]) >= 220
assert [sun(scikit(flag((255, 0, 0)), limit)) for limit in LIMITS] == [((255, 0, 0), WHITE)] * 3
print("(255, 0, 0) stays red")

# All tones, most of them in the middle: here the limit does what it is for.
tones = numpy.random.default_rng(0).normal(128, 25, (96, 144)).clip(0, 255).astype(numpy.uint8)
tones[0, :2] = 0, 255
spread = [float(scikit(tones, limit).std()) for limit in LIMITS]
print(f"spread of a picture with all tones: {tones.std():.0f}, then {', '.join(f'{value:.0f}' for value in spread)}")
assert tones.std() - 1 < spread[0] < spread[1] < spread[2]
PY
