"""Which prompts are refused, and why: what the law and the model's licence forbid.

Imports of bot: intent, prompt (clean, morphology) and settings; only `overrides` may import store.

Kana of either kind, half-width letters and inserted marks are read as one spelling, and a word of
the lists counts only where it is a word (bot.moderation.checker). The lists are in words.toml; an
operator adds to them with MODERATION_LISTS_PATH or, while the bot runs, on the page of words
(bot.moderation.overrides). `python -m bot.moderation` measures the result. Beside the lists a small
classifier (bot.moderation.harm) judges what they do not know.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from bot.moderation.checker import Moderation
from bot.moderation.harm import Judgement
from bot.moderation.lists import (
    CATEGORIES,
    ListChanges,
    ListError,
    WordLists,
    apply_changes,
    load_lists,
)

__all__ = [
    "CATEGORIES",
    "Judgement",
    "ListChanges",
    "ListError",
    "Moderation",
    "WordLists",
    "get_lists",
    "get_moderation",
    "load_lists",
]


NO_CHANGES = ListChanges()


def get_moderation(lists_path: Path | None = None, changes: ListChanges = NO_CHANGES) -> Moderation:
    """Return the moderation with the operator's lists, read once, and changes to them.

    Raises ListError.
    """
    return _cached_moderation(lists_path, changes)


@lru_cache(maxsize=4)  # those from before the last change are soon not needed any more
def _cached_moderation(lists_path: Path | None, changes: ListChanges) -> Moderation:
    if changes == NO_CHANGES:
        return Moderation(get_lists(lists_path))
    return Moderation(apply_changes(get_lists(lists_path), changes))


@cache
def get_lists(lists_path: Path | None = None) -> WordLists:
    """Return the bot's lists and the operator's, read once. Raises ListError."""
    return load_lists(lists_path)
