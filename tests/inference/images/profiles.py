"""Colour profiles (ICC 2.4) with as little in them as a colour engine needs."""

from __future__ import annotations

import struct

D50 = (0.9642, 1.0, 0.8249)
DISPLAY_P3 = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))


def rgb_profile(primaries: tuple[tuple[float, float, float], ...], gamma: float = 2.2) -> bytes:
    """Of a screen or a camera: red, green and blue as XYZ."""
    tags = {b"wtpt": _xyz(D50)}
    for name, colour in zip((b"r", b"g", b"b"), primaries, strict=True):
        tags |= {name + b"XYZ": _xyz(colour), name + b"TRC": _curve(gamma)}
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def grey_profile(gamma: float) -> bytes:
    """Of a scanner without colours."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"wtpt": _xyz(D50), b"kTRC": _curve(gamma)})


def cmyk_profile() -> bytes:
    """Of a press whose inks are duller than a screen's colours: a table of their mixtures."""
    plain = bytes(range(256))
    table = bytearray()
    for ink in range(16):  # cyan changes slowest
        cyan, magenta, yellow, black = (ink >> bit & 1 for bit in (3, 2, 1, 0))
        light = 0.25 if black else 1 - 0.25 * (cyan + magenta) - 0.06 * yellow
        a, b = 45 * magenta - 30 * cyan, 60 * yellow - 35 * cyan - 5 * magenta
        table += bytes((round(255 * light), 128 + a // (1 + 3 * black), 128 + b // (1 + 3 * black)))
    unity = struct.pack(">9i", *(65536 if place % 4 == 0 else 0 for place in range(9)))
    lut = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + unity + plain * 4 + bytes(table) + plain * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"wtpt": _xyz(D50), b"A2B0": lut})


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    directory, body = struct.pack(">I", len(tags)), b""
    begin = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        directory += struct.pack(">4sII", name, begin + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    size = begin + len(body)
    header = struct.pack(">I4sI4s4s4s12s4s", size, b"", 0x02400000, kind, space, connection,
                         struct.pack(">6H", 2026, 1, 1, 0, 0, 0), b"acsp")  # fmt: skip
    header += bytes(28) + _xyz(D50)[8:]
    return header.ljust(128, b"\0") + directory + body
