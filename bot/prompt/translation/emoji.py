"""Emoji as a wish: 「🍎」 is りんご, 「🐱🌸」 is 猫と桜.

Names are in emoji_names.tsv, which scripts/emoji_names.py makes. Faces, hands, hearts and the like
are said rather than wished for, and have none.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from bot.prompt.japanese.cleaning import has_words

MAX_THINGS = 4
_MAX_CHARS = 60
_VARIANTS = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")  # of colour and of skin


def emoji_wish(text: str) -> str | None:
    """Return what a cleaned text of emoji alone shows, MAX_THINGS at most, in Japanese.

    Returns None for a text with words, and for emoji that are no wish.
    """
    if not text or len(text) > _MAX_CHARS or has_words(text):
        return None
    pattern, names = _table()
    things = dict.fromkeys(names[emoji] for emoji in pattern.findall(_VARIANTS.sub("", text)))
    return "と".join(list(things)[:MAX_THINGS]) or None


@cache
def _table() -> tuple[re.Pattern[str], dict[str, str]]:
    text = files("bot.prompt.translation").joinpath("emoji_names.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    names = {row[0]: row[1] for row in rows}
    longest_first = sorted(names, key=len, reverse=True)
    joined = "\u200d"  # what is joined to something else is something else: no part of 👨‍🍳
    parts = "|".join(map(re.escape, longest_first))
    return re.compile(f"(?<!{joined})(?:{parts})(?!{joined})"), names
