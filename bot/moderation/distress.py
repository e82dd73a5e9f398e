"""Cries for help: what somebody says of their own life, and no picture that they want.

The lists refuse to paint suicide and self-harm. This hears also what is said without such a word:
「もう無理」, 「助けて」 alone, 「親に叩かれる」. A wish that only has such words in it is none:
「助けてと叫ぶヒーロー」. A farewell is heard whatever stands beside it: 「描いてくれて
ありがとう、これで心残りなくいける」. The patterns are in distress.toml.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from bot.moderation.lookalikes import as_it_looks
from bot.moderation.normalize import fold
from bot.moderation.romaji import as_kana
from bot.prompt import clean

Cry = Literal["cry.violence", "cry.life", "cry.help"]
_CRIES: dict[str, Cry] = {
    "violence": "cry.violence",
    "life": "cry.life",
    "help": "cry.help",
}
_MAX_CHARS = 400  # of a folded text; a cry stands at its beginning


def find_cry(text: str) -> Cry | None:
    """Return what kind of cry for help a text is, or None if it is none.

    text: as a person wrote it, of any length. Never raises.
    """
    typed = clean(text)
    spoken = as_kana(typed)  # "tasukete"
    return _find(as_it_looks(typed)) or (_find(spoken) if spoken else None)


def is_farewell(text: str) -> bool:
    """Return whether a text takes leave of life, whatever else it asks for: 「先に逝くね」."""
    return _patterns()["farewell"].search(_folded(as_it_looks(clean(text)))) is not None


def _folded(text: str) -> str:
    return fold(text).text[:_MAX_CHARS]


@lru_cache(maxsize=8)  # a message is asked about before each answer that is none to a cry
def _find(text: str) -> Cry | None:
    folded = _folded(text)
    patterns = _patterns()
    if not folded:
        return None
    if patterns["farewell"].search(folded) or patterns["maybe_farewell"].search(folded):
        return "cry.life"
    if patterns["none"].search(folded):
        return None
    return next((cry for name, cry in _CRIES.items() if patterns[name].search(folded)), None)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    table = tomllib.loads(files("bot.moderation").joinpath("distress.toml").read_text("utf-8"))
    parts = {f"{{{name}}}": part for name, part in table.items() if isinstance(part, str)}
    any_part = re.compile("|".join(map(re.escape, parts)))
    return {
        name: re.compile(any_part.sub(lambda match: parts[match[0]], "|".join(table[name])))
        for name in (*_CRIES, "farewell", "maybe_farewell", "none")
    }
