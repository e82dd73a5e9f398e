"""The typefaces of letters on pictures: three, under the SIL Open Font License, with the bot."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

from bot.prompt.options.letters import Face

_FONTS = Path(__file__).parent / "fonts"


@cache
def _coverage() -> dict[str, frozenset[str]]:
    text = (_FONTS / "coverage.json").read_text(encoding="utf-8")
    return {face: frozenset(characters) for face, characters in json.loads(text).items()}


def missing_characters(text: str) -> str:
    """Return the characters of a text, each once, that not even the fullest face can write."""
    written = _coverage()["round"] & _coverage()["serif"]
    return "".join(dict.fromkeys(char for char in text if char not in written and char != "\n"))


def choose_face(text: str, wanted: Face) -> Face:
    """Return the wanted face, or the serif where that has not every character of the text."""
    return wanted if _coverage()[wanted].issuperset(text.replace("\n", "")) else "serif"


@lru_cache(maxsize=64)
def load_font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """Return a face at a size in pixels. Raqm lays it out, which knows vertical forms."""
    path = str(_FONTS / f"{face}.ttf")
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.RAQM)
