"""Which prompts are not painted, and why: what the law and the model's licence forbid.

It reads Japanese: kana of either kind, half-width letters and marks put between are one spelling,
and a word of the lists counts only where it is a word (bot.moderation.checking). The lists are in
words.toml; an admin adds to them with MODERATION_LISTS or, while the bot runs, on the page of
words (bot.switches). `python -m bot.moderation` measures it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from bot.moderation.checking import Moderation
from bot.moderation.lists import (
    CATEGORIES,
    Amendment,
    ListError,
    Lists,
    amended,
    load,
)

__all__ = [
    "CATEGORIES",
    "Amendment",
    "ListError",
    "Lists",
    "Moderation",
    "lists_of",
    "load",
    "moderation",
]


NOTHING = Amendment()


def moderation(lists: Path | None = None, changes: Amendment = NOTHING) -> Moderation:
    """The moderation with the admin's lists, read once, and changes to them. Raises ListError."""
    return _made(lists, changes)


@lru_cache(maxsize=4)  # those before the last change are soon asked for no more
def _made(lists: Path | None, changes: Amendment) -> Moderation:
    if changes == NOTHING:
        return Moderation(lists_of(lists))
    return Moderation(amended(lists_of(lists), changes))


@cache
def lists_of(lists: Path | None = None) -> Lists:
    """The bot's lists and the admin's, read once. Raises ListError."""
    return load(lists)
