"""PNG files of 16 bits a sample in which one colour is transparent.

The colour counts with all of its bits: of two darks that look alike, one may be clear. Pillow
keeps the upper eight of a colour, so the lower eight are unfolded once more.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageChops


def clear_alpha(data: bytes, picture: Image.Image) -> Image.Image | None:
    """Return the alpha channel of a loaded PNG of 16 bits: 0 where its clear colour is.

    data: the file. None if no colour is clear.
    """
    clear = picture.info.pop("transparency", None)
    if isinstance(clear, int) and picture.mode == "I;16":
        raw = picture.tobytes()  # the lower byte first
        halves = [Image.frombytes("L", picture.size, raw[part::2]) for part in (1, 0)]
        return _unless_all_are([(halves[0], clear >> 8), (halves[1], clear & 255)])
    if isinstance(clear, tuple) and picture.mode == "RGB":
        upper = [(picture.getchannel(at), level >> 8) for at, level in enumerate(clear)]
        lower = _lower_bytes(data)
        return _unless_all_are(
            upper + [(lower.getchannel(at), level & 255) for at, level in enumerate(clear)]
        )
    return None


def _lower_bytes(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data), formats=["PNG"])
    # As if the samples began with their lower byte, of which then the second byte is taken.
    picture.tile = [tile._replace(args="RGB;16L") for tile in picture.tile]
    picture.load()
    return picture


def _unless_all_are(channels: list[tuple[Image.Image, int]]) -> Image.Image:
    """Return 0 where every channel has its value, and 255 elsewhere."""
    alpha: Image.Image | None = None
    for channel, value in channels:
        other = channel.point([0 if level == value else 255 for level in range(256)])
        alpha = other if alpha is None else ImageChops.lighter(alpha, other)
    assert alpha is not None
    return alpha
