"""Sets letters over a picture: their size, lines, place and colours."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from bot.composition.calm import Box, brightness, calmest
from bot.composition.faces import choose_face, load_font
from bot.composition.lines import balance_lines, break_lines
from bot.prompt.options.letters import Face, Letters, Place

_MARGIN = 0.06  # of each side, kept free
_DEPTH = 0.36  # of the picture, at most covered by letters
_LARGEST, _SMALLEST = 0.17, 0.035  # of the short side: the sizes tried
_LEADING = 1.25  # from line to line, in sizes
_EDGE = 0.09  # the stroke around letters, in sizes
_LIGHT, _DARK = (255, 255, 255), (40, 36, 48)
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
    boxes = [_box(image.size, place) for place in places]
    chosen = calmest(image, boxes)
    place, box = places[chosen], boxes[chosen]
    face = choose_face(text, letters.face or _usual_face(letters))
    font, lines = _fit(text, face, box, vertical=bool(letters.vertical))
    image = image.copy() if image.mode in {"RGB", "RGBA"} else image.convert("RGB")
    ink, edge = (_LIGHT, _DARK) if brightness(image, box) < _BRIGHT else (_DARK, _LIGHT)
    draw = ImageDraw.Draw(image)
    locate = _columns if letters.vertical else _rows
    for position, line in zip(locate(len(lines), font.size, box, place), lines, strict=True):
        draw.text(
            position,
            line,
            font=font,
            fill=ink,
            stroke_width=max(1, round(font.size * _EDGE)),
            stroke_fill=edge,
            anchor="mt",
            direction="ttb" if letters.vertical else None,
        )
    return image


def _usual_face(letters: Letters) -> Face:
    return "brush" if letters.vertical else "round"


def _box(size: tuple[int, int], place: Place) -> Box:
    width, height = size
    x, y = round(width * _MARGIN), round(height * _MARGIN)
    across, down = round(width * _DEPTH), round(height * _DEPTH)
    boxes: dict[Place, Box] = {
        "top": (x, y, width - x, y + down),
        "bottom": (x, height - y - down, width - x, height - y),
        "right": (width - x - across, y, width - x, height - y),
        "left": (x, y, x + across, height - y),
        "middle": (x, (height - down) // 2, width - x, (height + down) // 2),
    }
    return boxes[place]


def _fit(
    text: str, face: Face, box: Box, *, vertical: bool
) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """Return the largest font whose lines fit into the box, and the lines."""
    width, height = box[2] - box[0], box[3] - box[1]
    short = min(max(width, height), 3 * min(width, height))
    low, high = max(12, round(short * _SMALLEST)), round(short * _LARGEST)
    along, across = (height, width) if vertical else (width, height)
    best: tuple[ImageFont.FreeTypeFont, list[str]] | None = None
    while low <= high:
        size = (low + high) // 2
        font = load_font(face, size)

        def measure(line: str, font: ImageFont.FreeTypeFont = font) -> float:
            return font.getlength(line, direction="ttb" if vertical else None)

        room = along - 2 * _EDGE * size
        lines = break_lines(text, room, measure)
        fits = (len(lines) - 1) * _LEADING * size + size * (1 + 2 * _EDGE) <= across
        if fits and all(measure(line) <= room for line in lines):
            best, low = (font, balance_lines(text, room, measure)), size + 1
        else:
            high = size - 1
    if best is None:
        raise LettersDoNotFit(f"{len(text)} characters do not fit into {width} x {height} pixels.")
    return best


def _rows(count: int, size: float, box: Box, place: Place) -> list[tuple[float, float]]:
    """Return the top middle of each line, in pixels."""
    left, top, right, bottom = box
    extent = ((count - 1) * _LEADING + 1) * size
    first = {"top": top, "bottom": bottom - extent}.get(place, (top + bottom - extent) / 2)
    return [((left + right) / 2, first + row * size * _LEADING) for row in range(count)]


def _columns(count: int, size: float, box: Box, place: Place) -> list[tuple[float, float]]:
    """Return the top middle of each column, in pixels, from right to left."""
    left, top, right, _ = box
    extent = ((count - 1) * _LEADING + 1) * size
    edge = {"left": left + extent, "right": right}.get(place, (left + right + extent) / 2)
    first = edge - size / 2
    return [(first - column * size * _LEADING, top + size * _EDGE) for column in range(count)]
