"""How much light the samples of a picture stand for, by the numbers of ITU-T H.273, table 3.

https://www.itu.int/rec/T-REC-H.273
"""

from __future__ import annotations

import math
from collections.abc import Callable

Curve = Callable[[float], float]
"""A sample, 0 to 1 -> light, where 1 is the white of paper; brighter light is above it."""

# Of paper in pictures of high dynamic range, and of a screen that shows HLG: ITU-R BT.2408.
_WHITE_NITS, _HLG_NITS, _PQ_NITS = 203, 1000, 10_000


def srgb(sample: float) -> float:
    """The curve of sRGB, which screens show most others by."""
    return sample / 12.92 if sample <= 0.04045 else float(((sample + 0.055) / 1.055) ** 2.4)


def power(exponent: float) -> Curve:
    """Return the curve of a plain exponent."""
    return lambda sample: float(sample**exponent)


def pq(sample: float) -> float:
    """SMPTE ST 2084, of which a sample says how bright a screen is in nits."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    root = sample ** (1 / m2)
    return float(_PQ_NITS / _WHITE_NITS * (max(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1))


def hlg(sample: float) -> float:
    """ARIB STD-B67 on a screen of 1000 nits (ITU-R BT.2100, table 5), each colour by itself."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = sample**2 / 3 if sample <= 0.5 else (math.exp((sample - c) / a) + b) / 12
    return float(_HLG_NITS / _WHITE_NITS * scene**1.2)


def of_narrow_range(curve: Curve) -> Curve:
    """Return the curve for samples of which 16 is black and 235 is white, of 255."""
    return lambda sample: curve(min(max((sample * 255 - 16) / 219, 0.0), 1.0))


# Those of films (1, 6, 14 ...) are shown by the curve of sRGB.
BY_NUMBER: dict[int, Curve] = {
    **dict.fromkeys((1, 2, 6, 7, 11, 12, 13, 14, 15), srgb),
    4: power(2.2),
    5: power(2.8),
    8: power(1),
    16: pq,
    17: lambda sample: float(52.37 / 48 * sample**2.6),
    18: hlg,
}
