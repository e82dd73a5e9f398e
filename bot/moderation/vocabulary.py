"""All words and phrases of the lists, indexed by the ways in which a text may contain them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from bot.moderation.inflection import Form, parse_form
from bot.moderation.masking import MaskedWordIndex
from bot.moderation.normalize import fold_word, loosen_word
from bot.moderation.phrases import Phrase


class Vocabulary:
    """The words and phrases to look for. Safe to share between threads.

    allowed: phrases in which words are harmless. neutralizing: words that make harmless what
    stands before them, such as 「防止」. entries_by_folded and entries_by_form map a folded word
    and an inflected form to the entries of the lists, as the lists write them. lemmas: of the
    inflected forms.
    """

    def __init__(
        self,
        words: Iterable[str],
        phrases: Iterable[Phrase],
        allowed: Iterable[str],
        neutralizing: Iterable[str],
    ) -> None:
        self.entries_by_folded: dict[str, list[str]] = {}
        self.entries_by_form: dict[Form, list[str]] = {}
        for word in dict.fromkeys(words):
            if folded := fold_word(word):
                self.entries_by_folded.setdefault(folded, []).append(word)
            if form := parse_form(word):
                self.entries_by_form.setdefault(form, []).append(word)
        self.lemmas = frozenset(form.lemma for form in self.entries_by_form)
        self.phrases_by_last_word: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            for word in phrase.parts[-1]:
                self.phrases_by_last_word.setdefault(word, []).append(phrase)
        self.allowed = {folded: folded for folded in map(fold_word, allowed) if folded}
        self.neutralizing = frozenset(neutralizing)
        self.entries_by_loose: dict[bool, dict[str, list[str]]] = {True: {}, False: {}}
        for folded, entries in self.entries_by_folded.items():
            for keep_bars, loose_words in self.entries_by_loose.items():
                if loose := loosen_word(folded, keep_bars=keep_bars):
                    loose_words.setdefault(loose, []).extend(entries)
        self._lengths = _lengths_by_first_letter(self.entries_by_folded)
        self._loose_lengths = {
            keep_bars: _lengths_by_first_letter(words)
            for keep_bars, words in self.entries_by_loose.items()
        }
        self._allowed_lengths = _lengths_by_first_letter(self.allowed)

    @cached_property
    def masked_index(self) -> MaskedWordIndex:
        """Return the index that finds words with a hidden letter: 「エ○い」."""
        return MaskedWordIndex(self.entries_by_folded)

    def find_words(self, text: str) -> Iterable[tuple[str, int]]:
        """Yield (folded word, start) for each word in a folded text."""
        return _find(text, self.entries_by_folded, self._lengths)

    def find_loose_words(self, text: str, *, keep_bars: bool) -> Iterable[tuple[str, int]]:
        """Yield (loose word, start) for each word in a loosened text."""
        return _find(text, self.entries_by_loose[keep_bars], self._loose_lengths[keep_bars])

    def find_allowed(self, text: str) -> list[tuple[int, int]]:
        """Return (start, end) of each allowed phrase in a folded text."""
        matches = _find(text, self.allowed, self._allowed_lengths)
        return [(start, start + len(phrase)) for phrase, start in matches]


def _lengths_by_first_letter(words: Iterable[str]) -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = {}
    for word in words:
        lengths.setdefault(word[0], set()).add(len(word))
    return {letter: tuple(sorted(each)) for letter, each in lengths.items()}


def _find(
    text: str, words: Mapping[str, object], lengths: Mapping[str, tuple[int, ...]]
) -> Iterable[tuple[str, int]]:
    for start, letter in enumerate(text):
        for length in lengths.get(letter, ()):
            piece = text[start : start + length]
            if len(piece) == length and piece in words:
                yield piece, start
