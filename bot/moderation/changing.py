"""Adding a word to the lists, or taking one from them, while the bot runs."""

from __future__ import annotations

import re

from bot.moderation.folding import fold_word
from bot.moderation.lists import CATEGORIES, Amendment, Lists

ALLOWED = "allowed"  # beside the categories: phrases in which a word is harmless
KEPT = "minors"  # what protects children may be added to, and not taken from
MOST = 1000
LONGEST = 40  # characters

# One kana or letter is a particle or half a word: every second wish would be refused.
_TOO_SHORT = re.compile(r"[ぁ-んa-z0-9ー]")


class WordError(ValueError):
    """The lists stay as they are; the message says why, and what to do."""


def add(lists: Lists, changes: Amendment, category: str, word: str) -> Amendment:
    """Refuse this word, too, or (category "allowed") let this phrase be painted.

    lists: those of the files. Raises WordError.
    """
    word = " ".join(word.split())
    if category not in (*CATEGORIES, ALLOWED):
        raise WordError("There is no such category. Load the page again.")
    if not word.isprintable() or len(word) > LONGEST:
        raise WordError(f"A word has at most {LONGEST} characters, all of them printable.")
    folded = fold_word(word)
    if not folded or _TOO_SHORT.fullmatch(folded):
        raise WordError("That is too short to be a word. Write two letters at least, or one kanji.")
    if word in words_of(lists, changes, category):
        raise WordError(f"{word} is there already.")
    if len(changes.added) + len(changes.allowed) >= MOST:
        raise WordError(f"{MOST} words are the most. Put them into a file for MODERATION_LISTS.")
    if category == ALLOWED:
        return changes._replace(allowed=(*changes.allowed, word))
    entry = (category, word)
    if entry in changes.removed:
        return changes._replace(removed=tuple(it for it in changes.removed if it != entry))
    return changes._replace(added=(*changes.added, entry))


def remove(lists: Lists, changes: Amendment, category: str, word: str) -> Amendment:
    """Let this word pass, or this phrase no more. lists: those of the files. Raises WordError."""
    entry = (category, word)
    if word not in words_of(lists, changes, category):
        raise WordError(f"{word} is not there. Load the page again.")
    if category == ALLOWED and word in changes.allowed:
        return changes._replace(allowed=tuple(it for it in changes.allowed if it != word))
    if entry in changes.added:
        return changes._replace(added=tuple(it for it in changes.added if it != entry))
    if category == ALLOWED:
        raise WordError("That phrase stands in a file, where it can be changed.")
    if category == KEPT:
        raise WordError(f"Words of {KEPT} that stand in a file stay: they protect children.")
    return changes._replace(removed=(*changes.removed, entry))


def words_of(lists: Lists, changes: Amendment, category: str) -> list[str]:
    """The words of a category that are in force, each once: those of the files, then those added.

    Words that count only beside another of a group are among them.
    """
    if category == ALLOWED:
        return list(dict.fromkeys((*lists.allowed, *changes.allowed)))
    found = [word for rule in lists.rules if rule.category == category for word in rule.words]
    found += [word for kind, word in changes.added if kind == category]
    return [it for it in dict.fromkeys(found) if (category, it) not in changes.removed]
