"""Adds words to the lists and removes them while the bot runs."""

from __future__ import annotations

import re

from bot.moderation.lists import CATEGORIES, ListChanges, WordLists
from bot.moderation.normalize import fold_word
from bot.texts.sentence import Sentence

ALLOWED = "allowed"  # beside the categories: phrases in which a listed word is harmless
PROTECTED_CATEGORY = "minors"  # words may be added, but those of a file not removed
MAX_WORDS = 1000
MAX_WORD_CHARS = 40  # characters

# One kana or letter is a particle or half a word: every second request would be refused.
_TOO_SHORT = re.compile(r"[ぁ-んa-z0-9ー]")


class WordError(ValueError):
    """A word cannot be added or removed; the message says why, and what to do.

    sentence: the message, for readers of either language.
    """

    def __init__(self, reason: str, **values: object) -> None:
        self.sentence = Sentence(f"word_error.{reason}", **values)
        super().__init__(str(self.sentence))


def add_word(lists: WordLists, changes: ListChanges, category: str, word: str) -> ListChanges:
    """Return the changes with one more refused word or, of category "allowed", allowed phrase.

    lists: those of the files. Raises WordError.
    """
    word = " ".join(word.split())
    if category not in (*CATEGORIES, ALLOWED):
        raise WordError("no_category")
    if not word.isprintable() or len(word) > MAX_WORD_CHARS:
        raise WordError("too_long", n=MAX_WORD_CHARS)
    folded = fold_word(word)
    if not folded or _TOO_SHORT.fullmatch(folded):
        raise WordError("too_short")
    if word in list_words(lists, changes, category):
        raise WordError("is_there", word=word)
    if len(changes.added) + len(changes.allowed) >= MAX_WORDS:
        raise WordError("too_many", n=MAX_WORDS)
    if category == ALLOWED:
        return changes._replace(allowed=(*changes.allowed, word))
    entry = (category, word)
    if entry in changes.removed:
        return changes._replace(removed=tuple(other for other in changes.removed if other != entry))
    return changes._replace(added=(*changes.added, entry))


def remove_word(lists: WordLists, changes: ListChanges, category: str, word: str) -> ListChanges:
    """Return the changes without this word or allowed phrase.

    lists: those of the files. Raises WordError.
    """
    entry = (category, word)
    if word not in list_words(lists, changes, category):
        raise WordError("not_there", word=word)
    if category == ALLOWED and word in changes.allowed:
        return changes._replace(
            allowed=tuple(phrase for phrase in changes.allowed if phrase != word)
        )
    if entry in changes.added:
        return changes._replace(added=tuple(other for other in changes.added if other != entry))
    if category == ALLOWED:
        raise WordError("in_file")
    if category == PROTECTED_CATEGORY:
        raise WordError("protected", category=PROTECTED_CATEGORY)
    return changes._replace(removed=(*changes.removed, entry))


def list_words(lists: WordLists, changes: ListChanges, category: str) -> list[str]:
    """Return the words of a category that are in force, each once: of the files, then added ones.

    They include words that count only together with another word.
    """
    if category == ALLOWED:
        return list(dict.fromkeys((*lists.allowed, *changes.allowed)))
    words = [word for rule in lists.rules if rule.category == category for word in rule.words]
    words += [word for added_to, word in changes.added if added_to == category]
    return [word for word in dict.fromkeys(words) if (category, word) not in changes.removed]
