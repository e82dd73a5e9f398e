"""Draw the rich menu's pictures: python -m scripts.draw_rich_menu [--font FILE]

They are package data of bot.messages. Run it again when a label in bot/texts or an icon changes.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import click
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from bot.messages import rich_menu
from bot.messages.rich_menu import AREAS, HEIGHT, WIDTH, cells
from bot.texts import LANGUAGES, gettext

FOLDER = Path(rich_menu.__file__).parent
# Paths of fonts with Japanese glyphs, by system; the first that exists is taken.
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
    "/System/Library/Fonts/ヒラギノ角ゴシック W6.ttc",
)
_SCALE = 2  # drawn at this scale, then reduced, so that edges are smooth
_BACKGROUND, _CARD, _TEXT = "#E9ECF5", "#FFFFFF", "#22263A"
_COLORS = ("#3B4CCA", "#7A4FC0", "#C2477F", "#2C7DA0", "#B8742A", "#3C8457")


@click.command()
@click.option("--font", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(font: Path | None) -> None:
    """Draw one picture for each language into bot/messages."""
    path = font or next((path for path in map(Path, FONTS) if path.is_file()), None)
    if path is None:
        raise click.ClickException("No font with Japanese was found: name one with --font.")
    for lang in LANGUAGES:
        file = FOLDER / f"rich_menu.{lang}.png"
        file.write_bytes(draw(lang, path))
        click.echo(f"{file}: {file.stat().st_size} bytes")


def draw(lang: str, font: Path) -> bytes:
    """Draw the menu in one language, as a PNG. Raises OSError if the font cannot be read."""
    letters = ImageFont.truetype(font, 104 * _SCALE)
    canvas = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), _BACKGROUND)
    canvas_draw = ImageDraw.Draw(canvas)
    labels = [gettext(f"menu.{name}", lang) for name in AREAS]
    areas = zip(AREAS, labels, _COLORS, cells(), strict=True)
    for name, label, color, (x, y, width, height) in areas:
        card = [edge * _SCALE for edge in (x + 24, y + 24, x + width - 24, y + height - 24)]
        canvas_draw.rounded_rectangle(card, 56 * _SCALE, fill=_CARD)
        _ICONS[name](Pen(canvas_draw, x + width / 2, y + height / 2 - 70, color))
        center = (x + width / 2) * _SCALE, (y + height - 108) * _SCALE
        canvas_draw.text(center, label, fill=_TEXT, font=letters, anchor="mm")
    reduced = canvas.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    png = io.BytesIO()
    info = PngInfo()
    info.add_itxt("Labels", " ".join(labels), lang)  # so that a test finds stale pictures
    reduced.quantize(128, dither=Image.Dither.NONE).save(png, "PNG", optimize=True, pnginfo=info)
    return png.getvalue()


class Pen:
    """Draw around a center (x, y), in pixels of the finished image."""

    def __init__(self, draw: ImageDraw.ImageDraw, x: float, y: float, color: str) -> None:
        self._draw, self._x, self._y, self.color = draw, x, y, color

    def _at(self, *points: tuple[float, float]) -> list[tuple[float, float]]:
        return [((self._x + x) * _SCALE, (self._y + y) * _SCALE) for x, y in points]

    def line(self, *points: tuple[float, float]) -> None:
        """Draw a line with round joints and ends."""
        self._draw.line(self._at(*points), self.color, 26 * _SCALE, joint="curve")
        for end in (points[0], points[-1]):
            self.dot(*end, 13)

    def dot(self, x: float, y: float, radius: float) -> None:
        """Draw a filled disc."""
        self._draw.ellipse(self._at((x - radius, y - radius), (x + radius, y + radius)), self.color)

    def ring(self, radius: float) -> None:
        """Draw a circle."""
        box = self._at((-radius, -radius), (radius, radius))
        self._draw.ellipse(box, outline=self.color, width=26 * _SCALE)

    def arc(self, radius: float, start: float, end: float, y: float = 0) -> None:
        """Draw part of a circle, clockwise from `start` to `end` in degrees, 0 at three o'clock."""
        box = self._at((-radius, y - radius), (radius, y + radius))
        self._draw.arc(box, start, end, self.color, 26 * _SCALE)

    def arrow(self, at: tuple[float, float], size: float) -> None:
        """Draw an arrowhead that points to the right."""
        (x, y), half = at, size * 0.8
        self._draw.polygon(self._at((x, y - half), (x + size, y), (x, y + half)), self.color)

    def frame(self, left: float, top: float, right: float, bottom: float) -> None:
        """Draw a rectangle with round corners."""
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


if __name__ == "__main__":
    main()
