"""JPEG files without an end marker: how much of the picture is there?

Phones and LINE show a photo whose last bytes were lost on the way; a decoder that waits for the
marker refuses it, and one that is given a marker paints whatever is missing grey. Between the two
lies how much is missing, which is measured here.

The scans of a file: ITU-T T.81, annexes B and G, https://www.w3.org/Graphics/JPEG/itu-t81.pdf
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops

END = b"\xff\xd9"
ENOUGH = 0.95  # of the picture, from its top
_LAST_BITS = 0.1  # what the last bits of details count, of a picture that is there without them
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # of what is between scans, not inside one
_MAX_MARKERS = 10_000  # progressive files have some dozens
_NOISE = bytes(range(7, 247, 3)) * 4  # in place of the missing bytes: it decodes to anything else
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


@dataclass(frozen=True)
class _Scan:
    """Which coefficients of which components a scan gives. refines: only a further bit of them."""

    components: tuple[int, ...]
    first: int
    last: int
    missing_bits: int
    refines: bool


def is_ended(rest: bytes) -> bool:
    """Return whether an end marker comes in what follows a JPEG's header, damaged or not."""
    if rest.rstrip(b"\0\r\n").endswith(END):
        return True
    return any(marker == 0xD9 for marker, _ in _markers(rest))


def share_there(head: bytes, rest: bytes) -> float:
    """Return how much of a picture without an end marker is there, 0 to 1, from its top.

    head: the file up to its first scan; rest: what follows. 0 if a whole scan is missing that the
    picture is not itself without; what the last one leaves open is measured by decoding twice.
    """
    scans = _scans(rest)
    if not scans or not _complete(scans, _components(head)):
        return 0.0
    if len(scans) > 1 and scans[-1].first > 0 and not scans[-1].refines:
        return 0.0  # details of some part, and nobody can say of how much
    share = _same_from_top(head + rest + END, head + rest + _NOISE + END)
    return 1 - _LAST_BITS * (1 - share) if scans[-1].refines else share


def _same_from_top(one: bytes, other: bytes) -> float:
    pictures = []
    for data in (one, other):
        picture: Image.Image = Image.open(BytesIO(data), formats=["JPEG"])
        picture.draft("L", (picture.width // 2, picture.height // 2))
        picture.load()
        pictures.append(picture)
    differing = ImageChops.difference(*pictures)
    box = differing.getbbox(alpha_only=False)
    if box is None:
        return 1.0
    top, (width, height) = box[1], differing.size
    line = differing.crop((0, top, width, min(top + 4, height))).getbbox(alpha_only=False)
    left = line[0] if line else 0
    return (top * width + 4 * left) / (width * height)


def _markers(rest: bytes) -> list[tuple[int, bytes]]:
    """Return (marker, segment without its length) of all that stands between the scans' data."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while len(found) < _MAX_MARKERS and (match := _MARKER.search(rest, at)):
        marker, at = match[1][0], match.end()
        if marker == 0xD9:
            return [*found, (marker, b"")]
        length = int.from_bytes(rest[at : at + 2], "big")
        if length < 2 or at + length > len(rest):  # cut off in the middle of a segment
            break
        found.append((marker, rest[at + 2 : at + length]))
        at += length
    return found


def _scans(rest: bytes) -> list[_Scan]:
    scans = []
    for marker, payload in _markers(rest):
        if marker != 0xDA or not payload or len(payload) < 4 + 2 * payload[0]:
            continue
        count = payload[0]
        first, last, bits = payload[1 + 2 * count : 4 + 2 * count]
        components = tuple(payload[1 + 2 * place] for place in range(count))
        scans.append(_Scan(components, first, last, bits & 15, bits >> 4 > 0))
    return scans


def _components(head: bytes) -> tuple[tuple[int, ...], bool]:
    """Return the components that the frame header names, and whether it is progressive."""
    at = 2
    while head[at : at + 1] == b"\xff" and at + 4 <= len(head):
        marker, length = head[at + 1], int.from_bytes(head[at + 2 : at + 4], "big")
        payload = head[at + 4 : at + 2 + length]
        if marker in _FRAMES and len(payload) >= 6 and len(payload) >= 6 + 3 * payload[5]:
            ids = tuple(payload[6 + 3 * place] for place in range(payload[5]))
            return ids, marker in {0xC2, 0xCA}
        at += 1 if marker == 0xFF else 2 + length
    return (), False


def _complete(scans: list[_Scan], frame: tuple[tuple[int, ...], bool]) -> bool:
    """Return whether every coefficient of every component has come to its last bit."""
    components, progressive = frame
    for component in components:
        known: set[int] = set()
        for scan in scans:
            if component in scan.components and scan.missing_bits == 0:
                known.update(range(scan.first, scan.last + 1))
        if not (known if not progressive else known.issuperset(range(64))):
            return False
    return bool(components)
