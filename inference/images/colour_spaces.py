"""Makes colour profiles of what a file says of its colours in numbers, or in a word.

PNG names primaries and a curve (gAMA, cHRM, cICP), a camera's EXIF names Adobe RGB as "R03".
https://www.w3.org/TR/png-3/#11addnlcolinfo
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Mapping

from inference.images import light_curves
from inference.images.light_curves import Curve

logger = logging.getLogger(__name__)

Point = tuple[float, float]  # x and y in the CIE's diagram of colours
Matrix = list[list[float]]
Primaries = tuple[Point, Point, Point, Point]  # red, green, blue and white

_D65 = (0.3127, 0.3290)
_SRGB: Primaries = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), _D65)
_ADOBE_RGB: Primaries = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), _D65)
_SMPTE_C: Primaries = ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65)
_ILLUMINANT_C, _DCI_WHITE = (0.310, 0.316), (0.314, 0.351)
_CICP_PRIMARIES: dict[int, Primaries] = {  # ITU-T H.273, table 2
    1: _SRGB,
    2: _SRGB,  # not said
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _ILLUMINANT_C),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: _SMPTE_C,
    7: _SMPTE_C,
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _ILLUMINANT_C),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI_WHITE),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
}
_D50 = [0.9642, 1.0, 0.8249]  # the white of every profile
_BRADFORD = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
_LIKE_SRGB = 0.04  # by how much gAMA may differ from 1 / 2.2, which stands for sRGB's curve
_CLOSE = 0.002  # by how much primaries may differ from sRGB's
_CURVE_POINTS = 256


def png_profile(chunks: Mapping[bytes, bytes]) -> bytes | None:
    """Return the profile that a PNG's gAMA, cHRM, sRGB and cICP chunks describe.

    chunks: their contents by name. Returns None for sRGB and for what cannot be used.
    """
    if (cicp := chunks.get(b"cICP")) is not None and len(cicp) == 4:
        return _cicp_profile(*cicp)
    if b"sRGB" in chunks:
        return None
    curve: Curve = light_curves.srgb
    if len(encoded := chunks.get(b"gAMA", b"")) == 4:
        exponent = int.from_bytes(encoded, "big") / 100_000
        if not 0.1 <= exponent <= 2.0:
            return None
        if abs(exponent - 1 / 2.2) >= _LIKE_SRGB:
            curve = light_curves.power(1 / exponent)
    primaries = _SRGB
    if len(points := chunks.get(b"cHRM", b"")) == 32:
        wx, wy, rx, ry, gx, gy, bx, by = (each / 100_000 for each in struct.unpack(">8I", points))
        primaries = ((rx, ry), (gx, gy), (bx, by), (wx, wy))
    return _profile(primaries, curve)


def _cicp_profile(primaries: int, curve: int, matrix: int, full_range: int) -> bytes | None:
    """Return the profile of colours told in the numbers of H.273; None for sRGB."""
    light = light_curves.BY_NUMBER.get(curve)
    if primaries not in _CICP_PRIMARIES or light is None or matrix != 0:
        logger.warning("Ignored colours told by numbers that are not known: %d, %d, %d",
                       primaries, curve, matrix)  # fmt: skip
        return None
    light = light if full_range else light_curves.of_narrow_range(light)
    return _profile(_CICP_PRIMARIES[primaries], light)


def adobe_rgb_profile() -> bytes | None:
    """Return the profile of Adobe RGB (1998), which cameras name and do not attach."""
    return _profile(_ADOBE_RGB, light_curves.power(563 / 256))


def _profile(primaries: Primaries, curve: Curve) -> bytes | None:
    """Return an ICC profile; None for sRGB itself, or if no colours have such primaries."""
    same = all(
        abs(a - b) < _CLOSE
        for own, srgb in zip(primaries, _SRGB, strict=True)
        for a, b in zip(own, srgb, strict=True)
    )
    if same and curve is light_curves.srgb:
        return None
    try:
        columns = _columns(primaries)
    except ZeroDivisionError:
        return None
    samples = _curve(curve)
    tags = [(b"wtpt", _xyz(_D50))]
    for name, column in zip((b"r", b"g", b"b"), columns, strict=True):
        tags += [(name + b"XYZ", _xyz(column)), (name + b"TRC", samples)]
    return _file(tags)


def _columns(primaries: Primaries) -> Matrix:
    """Return red, green and blue as XYZ, as they look under the white of profiles (Bradford).

    Raises ZeroDivisionError for primaries on one line.
    """
    *colours, white = ([x / y, 1.0, (1 - x - y) / y] for x, y in primaries)
    matrix = _transposed(colours)
    amounts = _times(_inverse(matrix), white)
    cones, cones_wanted = _times(_BRADFORD, white), _times(_BRADFORD, _D50)
    adapted = [
        [_BRADFORD[row][at] * cones_wanted[row] / cones[row] for at in range(3)] for row in range(3)
    ]
    back = _inverse(_BRADFORD)
    return [
        _times(back, _times(adapted, [value * amount for value in colour]))
        for colour, amount in zip(colours, amounts, strict=True)
    ]


def _times(matrix: Matrix, vector: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _transposed(rows: Matrix) -> Matrix:
    return [list(column) for column in zip(*rows, strict=True)]


def _inverse(m: Matrix) -> Matrix:
    def cofactor(row: int, column: int) -> float:
        a, b = ((row + each) % 3 for each in (1, 2))
        c, d = ((column + each) % 3 for each in (1, 2))
        return m[a][c] * m[b][d] - m[a][d] * m[b][c]

    determinant = sum(m[0][column] * cofactor(0, column) for column in range(3))
    return [[cofactor(column, row) / determinant for column in range(3)] for row in range(3)]


def _xyz(values: list[float]) -> bytes:
    numbers = (min(max(round(value * 65536), -(2**31)), 2**31 - 1) for value in values)
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *numbers)


def _curve(curve: Curve) -> bytes:
    """Return the light of each level of 8 bits; what is brighter than white is white."""
    levels = (at / (_CURVE_POINTS - 1) for at in range(_CURVE_POINTS))
    points = [round(min(curve(level), 1.0) * 65535) for level in levels]
    return b"curv\0\0\0\0" + struct.pack(f">I{_CURVE_POINTS}H", _CURVE_POINTS, *points)


def _file(tags: list[tuple[bytes, bytes]]) -> bytes:
    """Return a profile of a screen (ICC 2.4): https://www.color.org/icc_specs2.xalter"""
    directory, body = struct.pack(">I", len(tags)), b""
    begin = 128 + 4 + 12 * len(tags)
    for name, value in tags:
        directory += struct.pack(">4sII", name, begin + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    header = struct.pack(
        ">I4xI4s4s4s12x4s", begin + len(body), 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp"
    )
    header += bytes(28) + _xyz(_D50)[8:]
    return header.ljust(128, b"\0") + directory + body
