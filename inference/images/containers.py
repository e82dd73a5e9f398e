"""What a picture file is, and the little that counts of what it says beside its pixels.

JPEG and PNG files are handed on without their metadata: a decoder must not stumble over a camera's
broken notes, or over megabytes of compressed text, to which the picture owes nothing.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from inference.images import jpeg_scans
from inference.images.colour_spaces import adobe_rgb_profile, png_profile
from inference.images.limits import ImageAnimated, ImageFormatUnknown, ImageUnreadable
from inference.images.orientation import is_adobe_rgb, orientation_of

MAX_PROFILE_BYTES = 4_000_000  # of a colour profile; those of printing presses have two million
_ICC = b"ICC_PROFILE\0"
_MAX_XMP_BYTES = 1_000_000
_MAX_PARTS = 50_000  # of a file: with blocks of 8 kB, twenty times as many bytes as are read
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_PALETTE = 3  # of PNG's kinds of colour
_CLEAR_LENGTHS = {0: range(2, 3), 2: range(6, 7), _PALETTE: range(1, 257)}  # of tRNS, in bytes
_XMP_PNG, _XMP_JPEG = b"XML:com.adobe.xmp\0", b"http://ns.adobe.com/xap/1.0/\0"
_PNG_COLOURS = frozenset({b"gAMA", b"cHRM", b"sRGB", b"cICP"})
_PNG_TEXTS, _RAW = frozenset({b"tEXt", b"zTXt", b"iTXt"}), b"Raw profile type "
_RAW_KINDS = frozenset({b"exif", b"app1", b"xmp", b"icc", b"icm"})
_OTHERS = (
    *(b"GIF8", b"II*\0", b"MM\0*", b"BM", b"8BPS", b"%PDF", b"\0\0\1\0", b"<svg", b"<?xml"),
    *(b"\xff\x0a", b"\xff\x4f\xff\x51", b"II\xbc\x01"),  # JPEG XL, JPEG 2000, JPEG XR
)
_BOXES = (b"ftyp", b"jP  ", b"JXL ")  # HEIC, AVIF and films; JPEG 2000; JPEG XL


@dataclass(frozen=True)
class Container:
    """A picture file, taken apart.

    kind: JPEG, PNG or WEBP. data: the file, without metadata. orientation: 1 to 8 as in EXIF.
    profile: its colour profile (ICC), if it is not in `data`. depth: bits of a sample.
    cut_at: where in `data` the pixels of a JPEG begin whose end marker is missing, and was added.
    """

    kind: str
    data: bytes
    orientation: int = 1
    profile: bytes | None = None
    depth: int = 8
    cut_at: int | None = None


def open_container(data: bytes, name: str = "image") -> Container:
    """Take a file apart. Nothing of its pixels is decoded.

    Raises ImageFormatUnknown, ImageAnimated, and ImageUnreadable for what is no picture.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return _open_jpeg(data)
    if data.startswith(_PNG):
        return _open_png(data, name)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _open_webp(data, name)
    if data.startswith(b"GIF8") and b"NETSCAPE2.0" in data:
        raise _animated(name)
    if data.startswith(_OTHERS) or data[4:8] in _BOXES:
        raise ImageFormatUnknown(
            f"The {name} cannot be read: it is no PNG, JPEG or WebP file. Convert it."
        )
    raise ImageUnreadable(
        f"The {name} cannot be read as a PNG, JPEG or WebP file: it is damaged, or no picture."
    )


def _open_jpeg(data: bytes) -> Container:
    kept, exif, xmp, rest = [data[:2]], None, None, b""
    for marker, segment, begin in _jpeg_segments(data):
        payload = segment[4:]
        if marker is None:
            rest = data[begin:]
        elif marker == 0xE1 and payload.startswith(b"Exif\0\0"):
            exif = exif or payload
        elif marker == 0xE1 and payload.startswith(_XMP_JPEG):
            xmp = xmp or payload
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE) or _belongs_to_pixels(marker, payload):
            kept.append(segment)
    head, orientation = b"".join(kept), orientation_of(exif, xmp)
    has_profile = any(segment[4:].startswith(_ICC) for segment in kept)
    profile = adobe_rgb_profile() if is_adobe_rgb(exif) and not has_profile else None
    if jpeg_scans.is_ended(rest):
        return Container("JPEG", head + rest, orientation, profile)
    whole = rest.rstrip(b"\xff")  # a last one was half of a marker
    cut_at = len(head)
    return Container("JPEG", head + whole + jpeg_scans.END, orientation, profile, cut_at=cut_at)


def _belongs_to_pixels(marker: int, payload: bytes) -> bool:
    """Return whether an application's segment says how the samples are to be understood."""
    if marker == 0xE2:  # others of this marker list more pictures in the same file (MPO)
        return payload.startswith(_ICC)
    return marker == 0xEE or (marker == 0xE0 and payload.startswith(b"JFIF\0"))


def _jpeg_segments(data: bytes) -> Iterator[tuple[int | None, bytes, int]]:
    """Yield (marker, segment, 0) up to the pixels, and last (None, b"", where the rest begins)."""
    at = 2
    for _ in range(_MAX_PARTS):
        begin = at
        if data[at : at + 1] != b"\xff":
            break
        while data[at : at + 1] == b"\xff":  # a marker may be padded
            at += 1
        marker = data[at] if at < len(data) else 0xD9
        length = int.from_bytes(data[at + 1 : at + 3], "big")
        if marker in {0xDA, 0xD9} or length < 2:  # the pixels, the end, or nothing sensible
            yield None, b"", begin
            return
        yield marker, b"\xff" + data[at : at + 1 + length], 0
        at += 1 + length
    yield None, b"", at


def _open_png(data: bytes, name: str) -> Container:
    kept, exif, xmp, profile = [_PNG], None, None, None
    colour = data[25] if len(data) > 25 else 0  # greys, RGB, a palette ...
    raws: dict[bytes, bytes | None] = {}
    colours: dict[bytes, bytes] = {}
    for kind, chunk in _png_chunks(data):
        payload = chunk[8:-4]
        if kind in _PNG_KEPT and _belongs_to_png(kind, chunk, colour):
            kept.append(chunk)
        elif kind == b"acTL" and int.from_bytes(payload[:4], "big") > 1:
            raise _animated(name)
        elif kind in _PNG_COLOURS:
            colours.setdefault(kind, payload)
        elif kind == b"eXIf":
            exif = exif or payload
        elif kind == b"iTXt" and payload.startswith(_XMP_PNG):
            xmp = xmp or _png_text(payload[len(_XMP_PNG) :])
        elif kind in _PNG_TEXTS and payload.startswith(_RAW):
            raw = payload[len(_RAW) :].partition(b"\0")[0].strip().lower()
            if raw in _RAW_KINDS and raw not in raws:
                raws[raw] = _raw_profile(kind, payload)
        elif kind == b"iCCP":
            profile = profile or _inflated(payload.partition(b"\0")[2][1:], MAX_PROFILE_BYTES)
    exif = exif or raws.get(b"exif") or raws.get(b"app1")
    xmp = xmp or raws.get(b"xmp") or raws.get(b"app1")  # APP1 holds either
    profile = profile or raws.get(b"icc") or raws.get(b"icm")
    if profile is None or b"cICP" in colours:  # which counts more than a profile
        profile = png_profile(colours) or profile
    if profile is None and not colours and is_adobe_rgb(exif):
        profile = adobe_rgb_profile()
    depth = data[24] if len(data) > 24 else 8
    return Container("PNG", b"".join(kept), orientation_of(exif, xmp), profile, depth)


def _belongs_to_png(kind: bytes, chunk: bytes, colour: int) -> bool:
    """Return whether a kept chunk counts: a palette where no sample is an index does not, nor
    transparency of a wrong length or checksum, which viewers pass over."""
    if kind == b"PLTE":
        return colour == _PALETTE
    if kind != b"tRNS":
        return True
    lengths = _CLEAR_LENGTHS.get(colour, range(0))
    is_sound = zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
    return is_sound and len(chunk) - 12 in lengths


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    for _ in range(_MAX_PARTS):
        if at >= len(data):
            return
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        yield kind, data[at : at + 12 + length]
        at += 12 + length
        if kind == b"IEND":
            return
    raise ImageUnreadable("The image cannot be read as a PNG file: it has far too many parts.")


def _raw_profile(kind: bytes, payload: bytes) -> bytes | None:
    """Read what ImageMagick writes: a kind, a length and bytes in hexadecimal, all as text.

    Returns the bytes, None if they are damaged.
    """
    text = payload.partition(b"\0")[2]
    most = 3 * MAX_PROFILE_BYTES  # two digits a byte, and lines
    plain: bytes | None = text[:most]
    if kind == b"zTXt":
        plain = _inflated(text[1:], most)
    elif kind == b"iTXt":
        plain = _png_text(text, most)
    words = (plain or b"").split(None, 2)
    try:
        return bytes.fromhex(words[2].decode("ascii")) if len(words) == 3 else None
    except ValueError:
        return None


def _png_text(text: bytes, most: int = _MAX_XMP_BYTES) -> bytes | None:
    """Read the value of an iTXt chunk, which may be compressed."""
    compressed, rest = text[:1] == b"\1", text[2:]
    value = rest.partition(b"\0")[2].partition(b"\0")[2]  # after language and translated keyword
    return _inflated(value, most) if compressed else value[:most]


def _inflated(data: bytes, most: int) -> bytes | None:
    """Return what was compressed; None if it is damaged or larger than that."""
    inflate = zlib.decompressobj()
    try:
        plain = inflate.decompress(data, most)
    except zlib.error:
        return None
    return None if inflate.unconsumed_tail else plain


def _open_webp(data: bytes, name: str) -> Container:
    exif = xmp = None
    has_profile = False
    for kind, payload in _riff_chunks(data):
        if kind == b"ANIM" or (kind == b"VP8X" and payload[:1] and payload[0] & 0x02):
            raise _animated(name)
        if kind == b"EXIF":
            exif = exif or payload
        elif kind == b"XMP ":
            xmp = xmp or payload[:_MAX_XMP_BYTES]
        has_profile |= kind == b"ICCP"
    profile = adobe_rgb_profile() if is_adobe_rgb(exif) and not has_profile else None
    return Container("WEBP", data, orientation_of(exif, xmp), profile)


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    for _ in range(_MAX_PARTS):
        if at + 8 > len(data):
            return
        kind, (length,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + (length & 1)


def _animated(name: str) -> ImageAnimated:
    return ImageAnimated(f"The {name} moves; only still pictures are read.")
