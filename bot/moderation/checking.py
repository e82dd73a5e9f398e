"""Whether a text asks for something that is not painted, and for what kind of reason.

A word of the lists counts only where it is a word: 「裸の女性」, but not 「裸足」. Which of them
may be there is found in the folded text, quickly; only then the analyser is asked where words end.
"""

from __future__ import annotations

import re
from functools import cached_property

from bot import japanese
from bot.moderation.folding import Folded, fold, fold_word
from bot.moderation.lists import Lists

_LATIN = re.compile("[a-z0-9]")
_GAP = re.compile(r"[\W_]+")
_PAUSES = {" ", "、", "。", ",", ", ", ". ", "! ", "!", "?", "? "}
_AROUND = 16


class Moderation:
    """The lists, made ready. Safe to share between threads.

    like: one of nearly the same lists, whose work need not be done again.
    """

    def __init__(self, lists: Lists, like: Moderation | None = None) -> None:
        self._like = like
        self._rules = [
            (rule.category, _spellings(rule.words), _spellings(rule.others)) for rule in lists.rules
        ]
        self._spellings = {
            it: word for _, *maps in self._rules for m in maps for it, word in m.items()
        }
        self._allowed = [fold_word(it) for it in lists.allowed]
        self._words = {word for _, words, _ in self._rules for word in words}

    @cached_property
    def _any(self) -> list[re.Pattern[str]]:
        """What finds every word, and maybe some more, in a folded text."""
        known, found = (self._like._words, self._like._any) if self._like else (set(), [])
        new = sorted(self._words - known, key=len, reverse=True)
        return [*found, re.compile("|".join(map(re.escape, new)))] if new else found

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
        folded = fold(text)
        if not any(it.search(folded.text) for it in self._any):
            return None
        sentence = _Sentence(folded, self._allowed)
        there = {it for it, written in self._spellings.items() if sentence.has(it, written)}
        for category, words, others in self._rules:
            if not there.isdisjoint(words) and not (others and there.isdisjoint(others)):
                return category, [words[it] for it in words if it in there]
        return None


def _spellings(words: tuple[str, ...]) -> dict[str, str]:
    """Folded word -> the word as the dictionary writes it."""
    return {folded: word for word in words if (folded := fold_word(word))}


class _Sentence:
    """A text in which words are looked for."""

    def __init__(self, folded: Folded, allowed: list[str]) -> None:
        self._folded = folded
        self._allowed = [span for it in allowed if it in folded.text for span in self._spans(it)]

    def has(self, folded: str, written: str) -> bool:
        """Whether the text has this word, whose folded form is given, too."""
        if folded not in self._folded.text:
            return False
        spans = (span for span in self._spans(folded) if not self._is_allowed(span))
        return any(self._is_word(span, written) for span in spans)

    def _spans(self, folded: str) -> list[tuple[int, int]]:
        spans, start = [], self._folded.text.find(folded)
        while start >= 0:
            spans.append((start, start + len(folded)))
            start = self._folded.text.find(folded, start + 1)
        return spans

    def _is_allowed(self, span: tuple[int, int]) -> bool:
        return any(start <= span[0] and span[1] <= end for start, end in self._allowed)

    def _is_word(self, span: tuple[int, int], written: str) -> bool:
        text, places = self._folded.original, self._folded.places
        start, end = places[span[0]], places[span[1] - 1] + 1
        gaps = _GAP.findall(text[start:end])
        if written.isascii():
            letters = span[1] - span[0]
            joined = not gaps or all(it == " " for it in gaps) or len(gaps) >= letters - 1
            around = text[start - 1 : start] if start else "", text[end : end + 1]
            return joined and not any(_LATIN.match(it.lower()) for it in around)
        if gaps:  # ヌ・ー・ド: somebody took the word apart
            if len(gaps) >= len(written) - 1:
                return True
            if any(it in _PAUSES for it in gaps):
                return False  # two words that only meet: 「ヌー ドラム」
        elif text[start:end] == written:
            return self._is_between_words(start, end)
        # Another spelling: its left edge must be one as it stands, and both of them as the
        # dictionary writes it. A few characters around it are enough to see.
        if start not in self._edges:
            return False
        before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
        edges = _edges(before + written + after)
        return len(before) in edges and len(before) + len(written) in edges

    def _is_between_words(self, start: int, end: int) -> bool:
        return start in self._edges and end in self._edges

    @cached_property
    def _edges(self) -> set[int]:
        return _edges(self._folded.original)


def _edges(text: str) -> set[int]:
    """Where words begin and end."""
    return {it.start for it in japanese.words(text)} | {len(text)}
