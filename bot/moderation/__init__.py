"""Which prompts are not painted, and why: what the law and the model's licence forbid.

It reads Japanese: kana of either kind, half-width letters and marks put between are one spelling,
and a word of the lists counts only where it is a word (bot.moderation.checking). The lists are in
words.toml; an admin adds to them with MODERATION_LISTS. `python -m bot.moderation` measures it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.moderation.checking import Moderation
from bot.moderation.lists import CATEGORIES, ListError, load

__all__ = ["CATEGORIES", "ListError", "Moderation", "load", "moderation"]


@cache
def moderation(lists: Path | None = None) -> Moderation:
    """The moderation with the admin's lists, read once. Raises ListError."""
    return Moderation(load(lists))
