"""The sizes that purposes need, without the libraries that make them."""

from __future__ import annotations

from typing import Literal, NamedTuple

from bot.prompt.options.media import Purpose
from bot.prompt.request.stored import StoredRequest


class Format(NamedTuple):
    """A size in pixels, and what is done to get it.

    turns: landscape for a picture that is wider than high. how: "cover" cuts the picture's edges
    off where its shape is another, "stamp" stands it on a transparent ground, "circle" brings what
    stands on a plain ground within the circle to which LINE cuts profile pictures.
    """

    width: int
    height: int
    turns: bool = False
    how: Literal["cover", "stamp", "circle"] = "cover"


# Cards of 100 x 148 mm at 300 dots per inch, with 3 mm more at each edge for the printer's knife.
_POSTCARD = Format(1252, 1819, turns=True)
FORMATS: dict[Purpose, Format] = {
    Purpose.NEW_YEAR_CARD: _POSTCARD,
    Purpose.CARD: _POSTCARD,
    Purpose.WALLPAPER: Format(1080, 1920),
    Purpose.STORY: Format(1080, 1920),
    Purpose.DESKTOP: Format(1920, 1080),
    Purpose.THUMBNAIL: Format(1280, 720),
    Purpose.ICON: Format(640, 640, how="circle"),
    # https://creator.line.me/en/guideline/sticker/ : at most 370 x 320, 10 pixels free at each edge
    Purpose.STAMP: Format(370, 320, how="stamp"),
}


def is_composed(request: StoredRequest) -> bool:
    """Return whether anything is made of the picture that is painted."""
    return request.letters is not None or request.purpose in FORMATS
