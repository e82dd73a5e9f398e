"""The rich menu under a 1:1 chat: what it holds, how it is drawn, and how LINE is given it.

There is one for everybody, and one for each other language, which the courier shows to those who
are spoken to in it.

Each area sends words that people may type as well, so that nothing hangs on the menu: a PC shows
none, nor does a group. Made by `python -m bot richmenu`, again after every change.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from bot.line.errors import LineError
from bot.line.rich_menus import ALIAS, RichMenuClient, alias_of
from bot.texts import LANGUAGES, say

NAME = "efude-menu-"  # what our menus' names begin with; a fingerprint of the content follows
WIDTH, HEIGHT, COLUMNS, ROWS = 2500, 1686, 3, 2
AREAS = ("again", "similar", "four", "status", "album", "help")
MAX_BYTES = 1_000_000
_ALIASES = (ALIAS, *map(alias_of, LANGUAGES))

# Where fonts with Japanese in them lie, by system; the first that is there is taken.
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
    "/System/Library/Fonts/ヒラギノ角ゴシック W6.ttc",
)
_SCALE = 2  # drawn so many times larger, then made smaller, so that edges are smooth
_GROUND, _CARD, _INK = "#E9ECF5", "#FFFFFF", "#22263A"
_COLORS = ("#3B4CCA", "#7A4FC0", "#C2477F", "#2C7DA0", "#B8742A", "#3C8457")


def menu(lang: str = "ja", image: bytes = b"") -> dict[str, Any]:
    """The rich menu object of Messaging API reference, "Rich menu structure".

    Its name holds a fingerprint of everything, the image too, so that a change is noticed.
    """
    made: dict[str, Any] = {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": True,
        "chatBarText": say("menu.bar", lang),
        "areas": [
            {"bounds": dict(zip(("x", "y", "width", "height"), bounds, strict=True)), "action": it}
            for bounds, it in zip(_cells(), _actions(lang), strict=True)
        ],
    }
    content = json.dumps(made, sort_keys=True).encode() + image
    return {"name": NAME + hashlib.sha256(content).hexdigest()[:12], **made}


def _actions(lang: str) -> Iterator[dict[str, str]]:
    for it in AREAS:
        # The label is read aloud to who cannot see the image.
        yield {"type": "message", "label": say(f"menu.{it}", lang), "text": say(f"menu.{it}", lang)}


def _cells() -> Iterator[tuple[int, int, int, int]]:
    """(x, y, width, height) of each area, row by row, without a gap."""
    for row in range(ROWS):
        for column in range(COLUMNS):
            left, right = (WIDTH * it // COLUMNS for it in (column, column + 1))
            top, bottom = (HEIGHT * it // ROWS for it in (row, row + 1))
            yield left, top, right - left, bottom - top


# --- Making LINE show it -------------------------------------------------------------------------


@dataclass(frozen=True)
class Applied:
    """What came of it. changed: whether LINE was given a new menu, or none had to go."""

    menu_id: str | None
    changed: bool


def apply_all(line: RichMenuClient, language: str, font: Path | None = None) -> Applied:
    """Have LINE show everybody the menu in this language, and keep one in each other language for
    those who read that (bot.people shows it to them). Returns what came of the first, `changed` of
    all. Raises LineError, OSError as `draw`."""
    image = draw(language, font)
    first = apply(line, menu(language, image), image)
    changed = first.changed
    for other in LANGUAGES:
        if other != language:
            image = draw(other, font)
            changed |= apply(line, menu(other, image), image, own=other).changed
    if line.alias(alias_of(language)) is not None:  # it was not everybody's before
        line.delete_alias(alias_of(language))
        _tidy(line)
        changed = True
    return Applied(first.menu_id, changed)


def apply(
    line: RichMenuClient, made: dict[str, Any], image: bytes, *, own: str | None = None
) -> Applied:
    """Have LINE show this menu to everybody; does nothing if it does already.

    own: a language; the menu is kept for those who read it, instead of being shown to everybody.

    The new one is whole before the alias and the default move to it, and the old one goes last:
    whenever this is cut short, people have one of the two, and doing it again tidies up.
    Raises LineError.
    """
    alias = alias_of(own) if own else ALIAS
    old = line.alias(alias)
    before = line.get(old) if old else None
    if old and before and before.get("name") == made["name"]:
        shown = own is not None or line.default() == old
        if not shown:
            line.set_default(old)
        _tidy(line)
        return Applied(old, changed=not shown)
    new = line.create(made)
    try:
        line.upload(new, image, "image/png")
        line.set_alias(alias, new, known=old is not None)
        if own is None:
            line.set_default(new)
    except LineError:
        if line.alias(alias) != new:
            line.delete(new)
        raise
    _tidy(line)
    return Applied(new, changed=True)


def remove(line: RichMenuClient) -> Applied:
    """Take our menus away; one that somebody else set as the default stays. Raises LineError."""
    ours = {it["richMenuId"] for it in _ours(line)}
    if line.default() in ours:
        line.clear_default()
    had = [it for it in _ALIASES if line.alias(it) is not None]
    for it in had:
        line.delete_alias(it)
    _tidy(line)
    return Applied(None, changed=bool(had or ours))


def _ours(line: RichMenuClient) -> list[dict[str, Any]]:
    return [it for it in line.listed() if str(it.get("name", "")).startswith(NAME)]


def _tidy(line: RichMenuClient) -> None:
    """Delete those of ours for which no alias stands."""
    kept = {line.alias(it) for it in _ALIASES}
    for it in _ours(line):
        if it["richMenuId"] not in kept:
            line.delete(it["richMenuId"])


# --- Drawing it ----------------------------------------------------------------------------------


def draw(lang: str = "ja", font: Path | None = None) -> bytes:
    """The image of the menu, a PNG of at most 1 MB.

    font: a font with Japanese in it; None looks for one of the system's. Without any, the
    pictograms stand alone. Raises OSError for a font that cannot be read.
    """
    letters = _font(font)
    canvas = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), _GROUND)
    pen = ImageDraw.Draw(canvas)
    for name, color, (x, y, width, height) in zip(AREAS, _COLORS, _cells(), strict=True):
        box = [it * _SCALE for it in (x + 24, y + 24, x + width - 24, y + height - 24)]
        pen.rounded_rectangle(box, 56 * _SCALE, fill=_CARD)
        middle = x + width / 2, y + height / 2 - (90 if letters else 0)
        _ICONS[name](Pen(pen, *middle, color))
        if letters:
            at = (x + width / 2) * _SCALE, (y + height - 190) * _SCALE
            pen.text(at, say(f"menu.{name}", lang), fill=_INK, font=letters, anchor="mm")
    small = canvas.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    made = io.BytesIO()
    small.quantize(128, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


def _font(path: Path | None) -> ImageFont.FreeTypeFont | None:
    if path is not None:
        return ImageFont.truetype(path, 104 * _SCALE)
    found = next((it for it in FONTS if Path(it).is_file()), None)
    return ImageFont.truetype(found, 104 * _SCALE) if found else None


class Pen:
    """Draws around a middle (x, y), in pixels of the finished image."""

    def __init__(self, draw: ImageDraw.ImageDraw, x: float, y: float, color: str) -> None:
        self._draw, self._x, self._y, self.color = draw, x, y, color

    def _at(self, *points: tuple[float, float]) -> list[tuple[float, float]]:
        return [((self._x + x) * _SCALE, (self._y + y) * _SCALE) for x, y in points]

    def line(self, *points: tuple[float, float]) -> None:
        """A line of round joints and ends."""
        at = self._at(*points)
        self._draw.line(at, self.color, 26 * _SCALE, joint="curve")
        for end in (points[0], points[-1]):
            self.dot(*end, 13)

    def dot(self, x: float, y: float, radius: float) -> None:
        """A filled disc."""
        self._draw.ellipse(self._at((x - radius, y - radius), (x + radius, y + radius)), self.color)

    def ring(self, radius: float) -> None:
        """A circle."""
        box = self._at((-radius, -radius), (radius, radius))
        self._draw.ellipse(box, outline=self.color, width=26 * _SCALE)

    def arc(self, radius: float, start: float, end: float, y: float = 0) -> None:
        """A part of a circle, clockwise from `start` to `end` in degrees, 0 at three o'clock."""
        box = self._at((-radius, y - radius), (radius, y + radius))
        self._draw.arc(box, start, end, self.color, 26 * _SCALE)

    def arrow(self, at: tuple[float, float], size: float) -> None:
        """An arrowhead that points to the right."""
        (x, y), half = at, size * 0.8
        self._draw.polygon(self._at((x, y - half), (x + size, y), (x, y + half)), self.color)

    def frame(self, left: float, top: float, right: float, bottom: float) -> None:
        """A rectangle with round corners."""
        self._draw.rounded_rectangle(
            self._at((left, top), (right, bottom)),
            34 * _SCALE,
            fill=_CARD,
            outline=self.color,
            width=26 * _SCALE,
        )


def _again(pen: Pen) -> None:
    pen.arc(130, -25, 268)
    pen.arrow((-6, -117), 82)


def _similar(pen: Pen) -> None:
    pen.frame(-160, -150, 70, 80)
    pen.frame(-70, -70, 160, 160)
    pen.line((-20, 110), (40, 40), (80, 80), (115, 50))


def _four(pen: Pen) -> None:
    for x in (-155, 15):
        for y in (-155, 15):
            pen.frame(x, y, x + 140, y + 140)


def _status(pen: Pen) -> None:
    pen.ring(155)
    pen.line((0, -85), (0, 5), (62, 45))


def _album(pen: Pen) -> None:
    pen.frame(-185, -145, 185, 145)
    pen.dot(-85, -55, 34)
    pen.line((-150, 90), (-50, 5), (15, 65), (85, -30), (150, 55))


def _help(pen: Pen) -> None:
    pen.ring(155)
    pen.arc(58, 180, 400, y=-35)
    pen.dot(-45, -35, 13)
    pen.line((34, -6), (0, 27), (0, 50))
    pen.dot(0, 98, 19)


_ICONS: dict[str, Callable[[Pen], None]] = {
    "again": _again,
    "similar": _similar,
    "four": _four,
    "status": _status,
    "album": _album,
    "help": _help,
}
