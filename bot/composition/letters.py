"""Sets letters over a picture: their size, lines, place and colours."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from bot.composition.calm import Box, brightness, calmest
from bot.composition.faces import choose_face, load_font
from bot.composition.lines import balance_lines, break_lines, parts_phrase
from bot.prompt.options.letters import Colour, Face, Letters, Place

# By Letters.size: of each side, kept free.
_MARGINS = {-2: 0.06, -1: 0.06, 0: 0.06, 1: 0.055, 2: 0.05}
# By Letters.size: of the picture, at most covered by letters; their size of its short side.
_DEPTHS = {-2: 0.2, -1: 0.28, 0: 0.36, 1: 0.56, 2: 0.85}
_LARGEST = {-2: 0.07, -1: 0.11, 0: 0.17, 1: 0.25, 2: 0.36}
_SMALLEST = 0.035  # of the short side
_STEP = 1.04  # by how much letters grow at least, where that parts no phrase
_CORNER = 0.5  # of the picture's side, along which letters in a corner run
_LEADING = 1.25  # from line to line, in sizes
_EDGE = 0.09  # the stroke around letters, in sizes
_LIGHT, _DARK = (255, 255, 255), (40, 36, 48)
_INKS: dict[Colour, tuple[int, int, int]] = {
    "white": _LIGHT,
    "black": (20, 20, 20),
    "red": (214, 32, 40),
    "pink": (255, 105, 170),
    "orange": (245, 130, 20),
    "yellow": (255, 222, 40),
    "green": (30, 140, 60),
    "blue": (30, 90, 210),
    "light_blue": (110, 200, 245),
    "navy": (25, 45, 100),
    "purple": (130, 60, 170),
    "brown": (120, 72, 32),
    "grey": (128, 128, 128),
    "gold": (212, 168, 40),
    "silver": (192, 196, 204),
}
_LIGHT_INK = 0.3  # the relative luminance from which an edge around letters is dark
_BRIGHT = 140  # the mean brightness from which letters are dark
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_VERTICAL = _FULL_WIDTH | {0x20: 0x3000}  # digits and Latin stand upright in a column


class LettersDoNotFit(ValueError):
    """The letters are too many for the picture, however small."""


def set_letters(image: Image.Image, letters: Letters) -> Image.Image:
    """Return the picture with letters, as RGB or RGBA like the picture.

    Raises LettersDoNotFit if they would be smaller than a phone can show.
    """
    text = letters.text.translate(_VERTICAL) if letters.vertical else letters.text
    usual: tuple[Place, ...] = ("right", "left") if letters.vertical else ("top", "bottom")
    places = usual if letters.place is None else (letters.place,)
    vertical = bool(letters.vertical)
    boxes = [_box(image.size, place, letters.size, vertical=vertical) for place in places]
    chosen = calmest(image, boxes)
    place, box = places[chosen], boxes[chosen]
    face = choose_face(text, letters.face or _usual_face(letters))
    font, lines = _fit(text, face, image.size, place, letters.size, vertical=vertical)
    image = image.copy() if image.mode in {"RGB", "RGBA"} else image.convert("RGB")
    ink, edge = _inks(letters.colour, is_dark_ground=brightness(image, box) < _BRIGHT)
    draw = ImageDraw.Draw(image)
    for position, line, anchor in (_columns if vertical else _rows)(lines, font, box, place):
        draw.text(
            position,
            line,
            font=font,
            fill=ink,
            stroke_width=max(1, round(font.size * _EDGE)),
            stroke_fill=edge,
            anchor=anchor,
            direction="ttb" if vertical else None,
        )
    return image


def _inks(
    colour: Colour | None, *, is_dark_ground: bool
) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return the colours of letters and of the edge around them, which sets them off."""
    if colour is None:
        return (_LIGHT, _DARK) if is_dark_ground else (_DARK, _LIGHT)
    ink = _INKS[colour]
    shares = zip((0.2126, 0.7152, 0.0722), ink, strict=True)
    luminance = sum(share * (value / 255) ** 2.2 for share, value in shares)
    return ink, _DARK if luminance >= _LIGHT_INK else _LIGHT


def _usual_face(letters: Letters) -> Face:
    return "brush" if letters.vertical else "round"


def _box(size: tuple[int, int], place: Place, steps: int, *, vertical: bool) -> Box:
    width, height = size
    x, y = round(width * _MARGINS[steps]), round(height * _MARGINS[steps])
    across, down = round(width * _DEPTHS[steps]), round(height * _DEPTHS[steps])
    if "_" in place:  # a corner
        if vertical:
            down = max(down, round(height * _CORNER))
        else:
            across = max(across, round(width * _CORNER))
        left = x if place.endswith("left") else width - x - across
        top = y if place.startswith("top") else height - y - down
        return (left, top, left + across, top + down)
    boxes: dict[str, Box] = {
        "top": (x, y, width - x, y + down),
        "bottom": (x, height - y - down, width - x, height - y),
        "right": (width - x - across, y, width - x, height - y),
        "left": (x, y, x + across, height - y),
        "middle": (x, (height - down) // 2, width - x, (height + down) // 2),
    }
    return boxes[place]


_Fit = tuple[ImageFont.FreeTypeFont, list[str]]


def _fit(
    text: str, face: Face, picture: tuple[int, int], place: Place, steps: int, *, vertical: bool
) -> _Fit:
    """Return the largest font whose lines fit into the place's box, and the lines.

    Letters larger than usual part no phrase, unless they could hardly become larger otherwise.
    steps: as `Letters.size`. picture: width and height in pixels. Raises LettersDoNotFit.
    """
    box = _box(picture, place, steps, vertical=vertical)
    short = (1 - 2 * _MARGINS[0]) * min(max(picture), 3 * _DEPTHS[0] * min(picture))
    sizes = max(12, round(short * _SMALLEST)), round(short * _LARGEST[steps])
    best = _largest(text, face, box, sizes, vertical=vertical)
    if best is None:
        width, height = box[2] - box[0], box[3] - box[1]
        raise LettersDoNotFit(f"{len(text)} characters do not fit into {width} x {height} pixels.")
    if steps <= 0:
        return best
    whole = _largest(text, face, box, sizes, vertical=vertical, keeps_phrases=True)
    before, _ = _fit(text, face, picture, place, steps - 1, vertical=vertical)
    grows = whole is not None and whole[0].size >= _STEP * before.size
    return whole if whole is not None and grows else best


def _largest(
    text: str,
    face: Face,
    box: Box,
    sizes: tuple[int, int],
    *,
    vertical: bool,
    keeps_phrases: bool = False,
) -> _Fit | None:
    """Return the largest font between two sizes in pixels whose lines fit, and the lines."""
    width, height = box[2] - box[0], box[3] - box[1]
    along, across = (height, width) if vertical else (width, height)
    low, high = sizes
    best: _Fit | None = None
    while low <= high:
        size = (low + high) // 2
        font = load_font(face, size)

        def measure(line: str, font: ImageFont.FreeTypeFont = font) -> float:
            return font.getlength(line, direction="ttb" if vertical else None)

        room = along - 2 * _EDGE * size
        lines = break_lines(text, room, measure)
        fits = (len(lines) - 1) * _LEADING * size + size * (1 + 2 * _EDGE) <= across
        fits = fits and all(measure(line) <= room for line in lines)
        if fits and not (keeps_phrases and parts_phrase(text, room, measure)):
            best, low = (font, balance_lines(text, room, measure)), size + 1
        else:
            high = size - 1
    return best


_Placed = tuple[tuple[float, float], str, str]  # where in pixels, the line, PIL's anchor


def _rows(lines: list[str], font: ImageFont.FreeTypeFont, box: Box, place: Place) -> list[_Placed]:
    """Return where each line stands: in the middle, or at the edge of a corner."""
    left, top, right, bottom = box
    size = font.size
    extent = ((len(lines) - 1) * _LEADING + 1) * size
    if place.startswith("top"):
        first: float = top
    else:
        first = bottom - extent if place.startswith("bottom") else (top + bottom - extent) / 2
    edge = _EDGE * size
    x, anchor = {
        "left": (left + edge, "lt"),
        "right": (right - edge, "rt"),
    }.get(place.partition("_")[2], ((left + right) / 2, "mt"))
    return [((x, first + row * size * _LEADING), line, anchor) for row, line in enumerate(lines)]


def _columns(
    lines: list[str], font: ImageFont.FreeTypeFont, box: Box, place: Place
) -> list[_Placed]:
    """Return where each column stands, from right to left."""
    left, top, right, bottom = box
    size = font.size
    extent = ((len(lines) - 1) * _LEADING + 1) * size
    if place.endswith("left"):
        edge: float = left + extent
    else:
        edge = right if place.endswith("right") else (left + right + extent) / 2
    first = top + size * _EDGE
    if place.startswith("bottom_"):
        longest = max(font.getlength(line, direction="ttb") for line in lines)
        first = bottom - longest - size * _EDGE
    at = edge - size / 2
    return [((at - n * size * _LEADING, first), line, "mt") for n, line in enumerate(lines)]
