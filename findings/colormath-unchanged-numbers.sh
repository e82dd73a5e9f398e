#!/usr/bin/env bash
# colormath 3.0.0: from sRGB to Adobe RGB nothing is converted, and hues forget which space they are of.
# Guess: convert_color(sRGBColor(...), AdobeRGBColor) is the same colour, written in Adobe RGB. An Adobe RGB colour that is written as
#   hue, saturation and value leads back to that colour.
# Seen: the sRGBColor itself comes back: who writes its 0.8, 0.3, 0.2 into an Adobe RGB picture has a far more colourful red, six times
#   as far as an eye can tell; so it is between any two spaces of red, green and blue. Of an Adobe green, HSV and HSL lead to the Lab of
#   sRGB's green. Over XYZ, in two calls, the first is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet colormath==3.0.0 coloraide==8.13.1 numpy==2.4.6 networkx==3.6.1
"$folder/venv/bin/python" - <<'PY'
from coloraide import Color
from colormath.color_conversions import convert_color
from colormath.color_objects import AdobeRGBColor, HSLColor, HSVColor, LabColor, XYZColor, sRGBColor

NEAR = 0.004


def near(one, other, width=NEAR):
    return max(abs(a - b) for a, b in zip(one, other)) < width


for values in ((0.8, 0.3, 0.2), (0.2, 0.7, 0.3), (0.4, 0.5, 0.9)):
    colour = sRGBColor(*values)
    at_once = convert_color(colour, AdobeRGBColor)
    in_two = convert_color(convert_color(colour, XYZColor), AdobeRGBColor)
    rightly = Color("srgb", values).convert("a98-rgb").coords()
    meant = Color("a98-rgb", at_once.get_value_tuple())
    distance = meant.delta_e(Color("srgb", values), method="2000")
    print(values, "at once:", at_once, "over XYZ:", in_two, "by coloraide:", [round(c, 4) for c in rightly], f"CIEDE2000 {distance:.1f}")
    assert at_once is colour, "changed: something is converted"
    assert near(in_two.get_value_tuple(), rightly) and not near(values, rightly, 0.02) and distance > 2
    back = convert_color(AdobeRGBColor(*values), sRGBColor).get_value_tuple()
    assert near(back, values, 1e-9) and not near(back, Color("a98-rgb", values).convert("srgb").coords(), 0.02)

green = AdobeRGBColor(0.2, 0.7, 0.3)
lab = convert_color(green, LabColor)
for space in (HSVColor, HSLColor):
    written = convert_color(green, space)
    back = convert_color(written, LabColor)
    from_srgb = convert_color(sRGBColor(0.2, 0.7, 0.3), LabColor)
    print(green, "is", lab, "and by way of", written, back)
    assert near(back.get_value_tuple(), from_srgb.get_value_tuple(), 0.01), "changed: it is not sRGB's green"
    assert abs(back.lab_a - lab.lab_a) > 15
PY
