"""How a camera lay, by its EXIF or, where that says none, its XMP; and whether it used Adobe RGB.

Read here and not by Pillow, which refuses a whole photo over an EXIF that a phone passes over.
"""

from __future__ import annotations

import re
import struct

_ORIENTATION, _EXIF_IFD, _COLOUR_SPACE, _INTEROPERABILITY_IFD = 0x0112, 0x8769, 0xA001, 0xA005
_INDEX, _IS_SRGB, _IS_ADOBE, _ASCII = 1, 1, 2, 2
_R03 = {int.from_bytes(b"R03\0", "big"), int.from_bytes(b"R03 ", "big")}
_FORMATS = {1: "B", 3: "H", 4: "I"}  # TIFF's BYTE, SHORT and LONG
_XMP = re.compile(rb"""tiff:Orientation\s{0,8}(?:=\s{0,8}["']|>)\s{0,8}([1-8])\s{0,8}["'<]""")
_MAX_ENTRIES = 1000


def orientation_of(exif: bytes | None, xmp: bytes | None) -> int:
    """Return the orientation, 1 (upright) to 8 as in EXIF; 1 if nothing readable tells.

    exif: a TIFF structure, with or without the prefix that it has in a JPEG file.
    """
    orientation = _from_exif(exif) if exif else None
    if orientation is None and xmp and (match := _XMP.search(xmp)):
        orientation = int(match[1])
    return orientation or 1


def is_adobe_rgb(exif: bytes | None) -> bool:
    """Return whether a camera's EXIF names Adobe RGB: by the file rules of cameras (DCF 2.0), no
    calibrated space and the interoperability "R03"; or by a number that is in no standard."""
    tiff = (exif or b"").removeprefix(b"Exif\0\0")
    details = _entries(tiff, _entries(tiff, None).get(_EXIF_IFD))
    rules = _entries(tiff, details.get(_INTEROPERABILITY_IFD))
    space = details.get(_COLOUR_SPACE)
    return space == _IS_ADOBE or (space != _IS_SRGB and rules.get(_INDEX) in _R03)


def _from_exif(exif: bytes) -> int | None:
    value = _entries(exif.removeprefix(b"Exif\0\0"), None).get(_ORIENTATION)
    return value if value is not None and 1 <= value <= 8 else None


def _entries(tiff: bytes, start: int | None) -> dict[int, int]:
    """Return the numbers in a directory of TIFF by tag; four letters count as one number.

    start: where it begins; None: the file's first. What is damaged is left out.
    """
    entries: dict[int, int] = {}
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or start == 0:
        return entries
    try:
        if start is None:
            (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(min(count, _MAX_ENTRIES)):
            at = start + 2 + 12 * number
            tag, kind, _values = struct.unpack_from(f"{order}HHI", tiff, at)
            if kind in _FORMATS:
                (value,) = struct.unpack_from(order + _FORMATS[kind], tiff, at + 8)
                entries.setdefault(tag, int(value))
            elif kind == _ASCII:
                entries.setdefault(tag, int.from_bytes(tiff[at + 8 : at + 12], "big"))
    except struct.error:  # it ends early
        pass
    return entries
