"""Whether a text asks for something that is not painted, and for what kind of reason.

A word of the lists counts only where it is a word: 「裸の女性」, but not 「裸足」. What is in a
text is found once (bot.moderation.finding); the rules say what of it may not be, or not together.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from bot.moderation.finding import Sentence, Vocabulary
from bot.moderation.lists import Lists
from bot.moderation.phrases import Phrase, phrase


class _Rule(NamedTuple):
    """A rule, made ready. words: any of them; others: one of each; unless: none."""

    category: str
    words: dict[str, None]
    others: list[frozenset[str]]
    unless: frozenset[str]


class Moderation:
    """The lists, made ready. Safe to share between threads."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._rules = [
            _Rule(
                rule.category,
                dict.fromkeys(rule.words),
                [frozenset(it) for it in rule.others],
                frozenset(rule.unless),
            )
            for rule in lists.rules
        ]
        self._rules_of: dict[str, list[int]] = {}
        for at, rule in enumerate(self._rules):
            for word in rule.words:
                self._rules_of.setdefault(word, []).append(at)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        """Made when it is first needed: it asks the analyser, whose dictionary is opened late."""
        entries = {
            entry
            for rule in self._rules
            for words in (rule.words, *rule.others, rule.unless)
            for entry in words
        }
        found: list[Phrase] = []
        for entry in sorted(entries):
            if (made := phrase(entry, self._lists.groups)) is not None:
                found.append(made)
        parts = {word for it in found for part in it.parts for word in part}
        words = sorted(it for it in entries | parts if "{" not in it)
        return Vocabulary(words, found, self._lists.allowed, self._lists.turned)

    def refusal(self, prompt: str, negative: str = "") -> str | None:
        """As `category`, for a wish: what is left out may be what clothes somebody.

        negative: things joined by 「、」; one that would be refused itself is well left out.
        """
        found = self.because(prompt, negative)
        return found[0] if found else None

    def because(self, prompt: str, negative: str = "") -> tuple[str, list[str]] | None:
        """As `refusal`, with the words that it is refused for, as the lists write them."""
        left_out = [it for it in negative.split("、") if it and not self.category(it)]
        return self._found("、".join([prompt, *(f"{it}なし" for it in left_out)]))

    def category(self, text: str) -> str | None:
        """The kind of thing that is refused in the text, of CATEGORIES; None: it may be painted.

        text: a prompt as a person wrote it, of any length. Never raises.
        """
        found = self._found(text)
        return found[0] if found else None

    def _found(self, text: str) -> tuple[str, list[str]] | None:
        sentence = Sentence(text, self._vocabulary)
        if not sentence.found:
            return None
        everything = sentence.found
        for at in sorted({at for it in everything for at in self._rules_of.get(it, ())}):
            category, words, others, unless = self._rules[at]
            met = everything.keys() & words.keys()
            if category != "minors":  # what protects children is not turned by what follows
                met -= sentence.turned
            if not met or any(it in unless for it in everything):
                continue
            if all(any(it in group for it in everything) for group in others):
                return category, [it for it in words if it in met]
        return None
