"""How a camera lay: the orientation in a picture's EXIF, or where that says none, in its XMP.

Read here and not by Pillow, which refuses a whole photo over an EXIF that a phone passes over.
"""

from __future__ import annotations

import re
import struct

_ORIENTATION = 0x0112
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


def _from_exif(exif: bytes) -> int | None:
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(min(count, _MAX_ENTRIES)):
            at = start + 2 + 12 * number
            tag, kind, _values = struct.unpack_from(f"{order}HHI", tiff, at)
            if tag == _ORIENTATION and kind in _FORMATS:
                (value,) = struct.unpack_from(order + _FORMATS[kind], tiff, at + 8)
                return int(value) if 1 <= value <= 8 else None
    except struct.error:  # it ends early
        return None
    return None
