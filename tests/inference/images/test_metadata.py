"""What a file says beside its pixels: how the camera lay, and much that must not be in the way."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from inference.images import decode
from tests.inference.images.test_decode import GREEN, RED, WHITE, encoded, halves, near

LYING = halves().transpose(Image.Transpose.ROTATE_90)  # to be turned by 6


def tiff(value: int, *, order: str = "<", kind: int = 3, tag: int = 0x0112) -> bytes:
    """EXIF with one entry. kind: 3 of TIFF is SHORT."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    packed = struct.pack(order + {1: "B", 3: "H", 4: "I"}[kind], value).ljust(4, b"\0")
    return mark + struct.pack(f"{order}IHHHI", 8, 1, tag, kind, 1) + packed + bytes(4)


def xmp(text: str) -> bytes:
    return f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF>{text}</rdf:RDF></x:xmpmeta>".encode()


def with_chunk(png: bytes, kind: bytes, payload: bytes, *, last: bool = False) -> bytes:
    """A PNG with one more chunk, behind its header or its pixels."""
    chunk = struct.pack(">I", len(payload)) + kind + payload
    chunk += struct.pack(">I", zlib.crc32(kind + payload))
    at = len(png) - 12 if last else 33
    return png[:at] + chunk + png[at:]


def with_segment(jpeg: bytes, marker: int, payload: bytes) -> bytes:
    segment = bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload
    return jpeg[:2] + segment + jpeg[2:]


def jpeg(exif: bytes | None = None, **fields: Any) -> bytes:
    if exif is not None:
        fields["exif"] = b"Exif\0\0" + exif
    return encoded(LYING, "JPEG", quality=95, **fields)


def raw_profile(name: str, payload: bytes, kind: bytes = b"zTXt", length: str = "") -> bytes:
    """A PNG with metadata as ImageMagick writes it: hexadecimal text, 36 bytes a line."""
    digits = payload.hex()
    lines = [digits[at : at + 72] for at in range(0, len(digits), 72)]
    text = "\n".join(["", name, length or f"{len(payload):8d}", *lines, ""]).encode()
    between = {b"zTXt": b"\0", b"tEXt": b"", b"iTXt": b"\0\0\0\0"}[kind]
    text = zlib.compress(text) if kind == b"zTXt" else text
    keyword = f"Raw profile type {name}\0".encode()
    return with_chunk(encoded(LYING), kind, keyword + between + text, last=True)


UPRIGHT = '<rdf:Description tiff:Orientation="6"/>'
TURNED = {
    "EXIF": jpeg(exif=tiff(6)),
    "EXIF, the other order": jpeg(exif=tiff(6, order=">")),
    "EXIF as LONG": jpeg(exif=tiff(6, kind=4)),
    "EXIF as BYTE": jpeg(exif=tiff(6, kind=1)),
    "XMP": jpeg(xmp=xmp(UPRIGHT)),
    "XMP, single quotes": jpeg(xmp=xmp("<rdf:Description tiff:Orientation='6'/>")),
    "XMP as an element": jpeg(xmp=xmp("<tiff:Orientation> 6 </tiff:Orientation>")),
    "EXIF without it, XMP with it": jpeg(exif=tiff(1, tag=0x0100), xmp=xmp(UPRIGHT)),
    "EXIF before XMP": jpeg(exif=tiff(6), xmp=xmp('<d tiff:Orientation="3"/>')),
    "PNG, EXIF first": with_chunk(encoded(LYING), b"eXIf", tiff(6)),
    "PNG, EXIF last": with_chunk(encoded(LYING), b"eXIf", tiff(6), last=True),
    "PNG, XMP": with_chunk(
        encoded(LYING), b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(UPRIGHT), last=True
    ),
    "PNG, XMP compressed": with_chunk(
        encoded(LYING),
        b"iTXt",
        b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp(UPRIGHT)),
    ),
    "PNG, raw EXIF": raw_profile("exif", b"Exif\0\0" + tiff(6)),
    "PNG, raw EXIF, not compressed": raw_profile("exif", tiff(6, order=">"), b"tEXt"),
    "PNG, raw EXIF, as international text": raw_profile("exif", tiff(6), b"iTXt"),
    "PNG, raw APP1": raw_profile("APP1", b"Exif\0\0" + tiff(6)),
    "PNG, raw APP1 with XMP": raw_profile("APP1", b"http://ns.adobe.com/xap/1.0/\0" + xmp(UPRIGHT)),
    "PNG, raw XMP": raw_profile("xmp", xmp(UPRIGHT)),
    "WebP, EXIF as in a JPEG": encoded(LYING, "WEBP", quality=95, exif=b"Exif\0\0" + tiff(6)),
    "WebP, EXIF": encoded(LYING, "WEBP", quality=95, exif=tiff(6)),
    "WebP, XMP": encoded(LYING, "WEBP", quality=95, xmp=xmp(UPRIGHT)),
}
AS_IT_LIES = {
    "nothing": jpeg(),
    "EXIF that ends early": jpeg(exif=tiff(6)[:12]),
    "EXIF that points beyond its end": jpeg(exif=b"II*\0" + struct.pack("<I", 60_000)),
    "EXIF of thousands of entries": jpeg(exif=b"II*\0\x08\0\0\0\xff\xff" + bytes(100)),
    "EXIF of junk": jpeg(exif=b"\xde\xad\xbe\xef" * 20),
    "EXIF without anything": jpeg(exif=b""),
    "EXIF 0": jpeg(exif=tiff(0)),
    "EXIF 9": jpeg(exif=tiff(9)),
    "XMP 9": jpeg(xmp=xmp('<d tiff:Orientation="9"/>')),
    "XMP cut off": jpeg(xmp=b"<x:xmpmeta tiff:Orientation="),
    "a broken list of pictures": with_segment(jpeg(), 0xE2, b"MPF\0II*\0\xff\xff\xff\xff"),
    "broken resources": with_segment(jpeg(), 0xED, b"Photoshop 3.0\x008BIM\x03\xed\0\0\xff\xff"),
    "PNG, raw junk": raw_profile("exif", b"", length="12 xy"),
    "PNG, raw and empty": with_chunk(encoded(LYING), b"tEXt", b"Raw profile type exif\0"),
    "PNG, raw and not compressed": with_chunk(
        encoded(LYING), b"zTXt", b"Raw profile type exif\0\0junk"
    ),
    "PNG, raw and not in ASCII": with_chunk(
        encoded(LYING), b"tEXt", b"Raw profile type exif\0\nexif\n 2\n\xe9\xff"
    ),
    "PNG, junk": with_chunk(encoded(LYING), b"eXIf", b"junk"),
    "WebP, junk": encoded(LYING, "WEBP", quality=95, exif=b"junk"),
}


@pytest.mark.parametrize("data", TURNED.values(), ids=TURNED)
def test_a_photo_is_turned_by_what_says_so(data: bytes) -> None:
    assert decode.check_image(data, None) == (80, 40)
    pixels = decode.decode_image(data, None, (80, 40)).pixels
    assert near(pixels[20, 5], RED)
    assert near(pixels[20, 75], GREEN)
    assert decode.shrink(data, 200)[1:] == (80, 40)


@pytest.mark.parametrize("data", AS_IT_LIES.values(), ids=AS_IT_LIES)
def test_what_cannot_be_read_beside_a_photo_does_not_spoil_it(data: bytes) -> None:
    assert decode.check_image(data, None) == (40, 80)
    pixels = decode.decode_image(data, None, (40, 80)).pixels
    assert {near(pixels[5, 20], RED), near(pixels[75, 20], RED)} == {True, False}
    assert decode.shrink(data, 200)[1:] == (40, 80)


@pytest.mark.parametrize("kind", ["zTXt", "iTXt", "tEXt", "broken", "iCCP", "eXIf", "unknown"])
def test_a_png_may_say_as_much_as_it_likes(kind: str) -> None:
    """Programs that paint write their whole work flow into the picture."""
    words, plain, info = "x" * 1_500_000, encoded(halves()), PngImagePlugin.PngInfo()
    if kind == "iTXt":
        info.add_itxt("workflow", words, zip=True)
    else:
        info.add_text("workflow", words, zip=kind == "zTXt")
    data = {
        "broken": with_chunk(plain, b"zTXt", b"workflow\0\0no deflate"),
        "iCCP": with_chunk(plain, b"iCCP", b"icc\0\0" + zlib.compress(bytes(6_000_000))),
        "eXIf": with_chunk(plain, b"eXIf", tiff(1) + bytes(1_500_000)),
        "unknown": with_chunk(plain, b"vpAg", bytes(1_500_000)),
    }.get(kind) or encoded(halves(), pnginfo=info)
    pixels = decode.decode_image(data, None, (80, 40)).pixels
    assert near(pixels[20, 5], RED)
    assert decode.shrink(data, 200)[1:] == (80, 40)


def grey_png(levels: list[int], depth: int, clear: int | None) -> bytes:
    """A grey PNG of vertical stripes, 16 pixels each. clear: the level that is transparent."""
    size = 16 * len(levels)
    row = "".join(f"{level:0{depth}b}" * 16 for level in levels)
    line = b"\0" + int(row, 2).to_bytes(len(row) // 8, "big")
    return raw_png(size, depth, 0, line, b"" if clear is None else struct.pack(">H", clear))


def raw_png(size: int, depth: int, colour: int, line: bytes, clear: bytes) -> bytes:
    parts = [(b"IHDR", struct.pack(">IIBBBBB", size, size, depth, colour, 0, 0, 0))]
    parts += [(b"tRNS", clear)] if clear else []
    parts += [(b"IDAT", zlib.compress(line * size)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n"
    for kind, payload in parts:
        data += struct.pack(">I", len(payload)) + kind + payload
        data += struct.pack(">I", zlib.crc32(kind + payload))
    return data


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_a_grey_level_may_be_clear(depth: int) -> None:
    """Black and white stripes: with the black ones clear, all of it is white."""
    most = 2**depth - 1
    for clear, dark in ((None, 0), (0, 255), (most, 0)):
        data = grey_png([0, most], depth, clear)
        pixels = decode.decode_image(data, None, (32, 32)).pixels
        assert abs(int(pixels[9, 5, 0]) - dark) <= 2, (depth, clear)
        assert pixels[9, 27, 0] >= 253, (depth, clear)
        copy, *_ = decode.shrink(data, 160)
        with Image.open(BytesIO(copy)) as stored:
            assert near(stored.getpixel((5, 9)), (dark, dark, dark))


def test_sixteen_bits_are_read_as_they_are() -> None:
    grey = grey_png([0x0000, 0x8000, 0xFFFF, 0x4000], 16, None)
    pixels = decode.decode_image(grey, None, (64, 64)).pixels
    assert [int(pixels[9, 8 + 16 * stripe, 0]) // 32 for stripe in range(4)] == [0, 4, 7, 2]
    colour = b"\0" + struct.pack(">3H", 0xC8C8, 0x1E1E, 0x1E1E) * 16
    clear = struct.pack(">3H", 0xC8C8, 0x1E1E, 0x1E1E)
    for data, wanted in (
        (raw_png(16, 16, 2, colour, b""), (0xC8, 0x1E, 0x1E)),
        (raw_png(16, 16, 2, colour, clear), WHITE),
        (raw_png(16, 16, 6, b"\0" + struct.pack(">4H", 0, 0, 0, 0) * 16, b""), WHITE),
        (raw_png(16, 16, 4, b"\0" + struct.pack(">2H", 0, 0) * 16, b""), WHITE),
    ):
        assert near(decode.decode_image(data, None, (16, 16)).pixels[9, 9], wanted)
        assert near(np.asarray(Image.open(BytesIO(decode.shrink(data, 160)[0])))[9, 9], wanted)


NEAR = 0x0010, 0x0000, 0x0011, 0x0110  # of which only the first is the clear one


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("colour", [0, 2])
def test_of_sixteen_bits_all_count_for_what_is_clear(colour: int, interlaced: bool) -> None:
    """A shadow whose upper eight bits are those of the clear colour is no hole in the picture."""
    samples = 3 if colour == 2 else 1
    line = b"".join(struct.pack(">H", level) * samples * 16 for level in NEAR)
    clear = struct.pack(">H", NEAR[0]) * samples
    data = raw_png(64, 16, colour, b"\0" + line, clear)
    if interlaced:  # each of the seven passes has its own lines
        data = interlace(64, colour, line, clear)
    for made in (
        decode.decode_image(data, None, (64, 64)).pixels,
        np.asarray(Image.open(BytesIO(decode.shrink(data, 160)[0]))),
    ):
        assert near(made[9, 8], WHITE)
        for stripe in (1, 2, 3):
            assert near(made[9, 8 + 16 * stripe], (0, 0, 0)), stripe


def test_one_sample_that_differs_is_enough() -> None:
    line = b"\0" + struct.pack(">3H", 0, 0, 0) * 16 + struct.pack(">3H", 0, 0, 1) * 16
    data = raw_png(32, 16, 2, line, bytes(6))
    made = decode.decode_image(data, None, (32, 32)).pixels
    assert near(made[9, 8], WHITE)
    assert near(made[9, 24], (0, 0, 0))


def interlace(size: int, colour: int, line: bytes, clear: bytes) -> bytes:
    """The PNG of that line, again and again, in the order of Adam7."""
    wide = len(line) // size
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
              (0, 1, 1, 2)]  # fmt: skip
    body = b""
    for left, top, across, down in passes:
        part = b"".join(line[at * wide : (at + 1) * wide] for at in range(left, size, across))
        body += (b"\0" + part) * len(range(top, size, down))
    header = struct.pack(">IIBBBBB", size, size, 16, colour, 0, 0, 1)
    data = b"\x89PNG\r\n\x1a\n"
    for kind, payload in (
        (b"IHDR", header), (b"tRNS", clear), (b"IDAT", zlib.compress(body)), (b"IEND", b""),
    ):  # fmt: skip
        data += struct.pack(">I", len(payload)) + kind + payload
        data += struct.pack(">I", zlib.crc32(kind + payload))
    return data


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA"])
def test_a_png_may_be_wrong_about_what_is_clear(mode: str) -> None:
    """Of a wrong length, a wrong checksum, or where it has no place: viewers pass over it."""
    plain = encoded(LYING.convert(mode))
    right = {"RGB": 6, "L": 2}.get(mode, 300)
    spoiled = with_chunk(plain, b"tRNS", bytes(right))
    at = spoiled.index(b"tRNS") + 4 + right
    wrong = [spoiled[:at] + b"\0\0\0\0" + spoiled[at + 4 :]]
    wrong += [
        with_chunk(plain, b"tRNS", bytes(length)) for length in (0, 1, 3, 7, 500) if mode != "P"
    ]
    if mode != "P":
        wrong += [with_chunk(plain, b"PLTE", bytes(length)) for length in (1, 6)]
    for data in wrong:
        assert decode.shrink(data, 200) == decode.shrink(plain, 200)


@pytest.mark.parametrize("clear", [0, b"\0\xff", b"\x80\xff"])
def test_a_palette_may_be_clear(clear: int | bytes) -> None:
    picture = Image.new("P", (40, 40), 0)
    picture.putpalette([0, 0, 0, *RED])
    picture.paste(1, (20, 0, 40, 40))
    data = encoded(picture, transparency=clear)
    pixels = decode.decode_image(data, None, (40, 40)).pixels
    level = 127 if clear == b"\x80\xff" else 255
    assert near(pixels[9, 5], (level, level, level))
    assert near(pixels[9, 35], RED)
