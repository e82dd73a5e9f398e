"""Which words of the lists are in a text, and where: as words, in any spelling and inflection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from bot import japanese
from bot.japanese import Word
from bot.moderation.ages import under_18
from bot.moderation.folding import Folded, fold, fold_word
from bot.moderation.masking import Masked, masked_spans
from bot.moderation.phrases import Form, Phrase, Span, form, inflection, stands

UNDER_18 = "@under18"  # in a list: any age or school year of a child

_LATIN = re.compile("[a-z0-9]")
_GAP = re.compile(r"[\W_]+")
_PAUSES = {" ", "、", "。", ",", ", ", ". ", "! ", "!", "?", "? "}
_AROUND = 16
_JOINING = {"の", "を", "に", "は", "へ", "と", "から", "・", " ", "、", "する"}


class Vocabulary:
    """All words and phrases that are looked for. Safe to share between threads.

    allowed: phrases in which words are harmless. turned: words after which they are, as 「防止」.
    """

    def __init__(
        self,
        words: Iterable[str],
        phrases: Iterable[Phrase],
        allowed: Iterable[str],
        turned: Iterable[str],
    ) -> None:
        self.written: dict[str, list[str]] = {}  # folded -> as the lists write it
        self.forms: dict[Form, list[str]] = {}
        for word in dict.fromkeys(words):
            if folded := fold_word(word):
                self.written.setdefault(folded, []).append(word)
            if made := form(word):
                self.forms.setdefault(made, []).append(word)
        self.phrases: dict[str, list[Phrase]] = {}  # last word -> the phrases that end with it
        for phrase in phrases:
            for word in phrase.parts[-1]:
                self.phrases.setdefault(word, []).append(phrase)
        self.allowed = {it: it for it in map(fold_word, allowed) if it}
        self.turned = frozenset(turned)
        self._lengths = _lengths(self.written)
        self._allowed_lengths = _lengths(self.allowed)

    @cached_property
    def masked(self) -> Masked:
        """The words as they are found with a letter hidden: 「エ○い」."""
        return Masked(self.written)

    def spans(self, text: str) -> Iterable[tuple[str, int]]:
        """(folded word, where it begins) for all that a folded text has in it."""
        return _spans(text, self.written, self._lengths)

    def allowed_spans(self, text: str) -> list[tuple[int, int]]:
        """Where a folded text has phrases that are allowed."""
        found = _spans(text, self.allowed, self._allowed_lengths)
        return [(start, start + len(it)) for it, start in found]


def _lengths(words: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """First character -> the lengths that words beginning with it have."""
    found: dict[str, set[int]] = {}
    for word in words:
        found.setdefault(word[0], set()).add(len(word))
    return {first: tuple(sorted(lengths)) for first, lengths in found.items()}


def _spans(
    text: str, words: Mapping[str, object], lengths: Mapping[str, tuple[int, ...]]
) -> Iterable[tuple[str, int]]:
    for start, first in enumerate(text):
        for length in lengths.get(first, ()):
            piece = text[start : start + length]
            if len(piece) == length and piece in words:
                yield piece, start


class Sentence:
    """A text in which words are looked for.

    found: entry of the lists -> the tokens at which it stands; turned: those entries that only
    stand where what follows turns them to the good, as in 「自殺防止」.
    """

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._folded: Folded = fold(text)
        self._vocabulary = vocabulary
        self.tokens: list[Word] = japanese.words(self._folded.original)
        self._edges = {it.start for it in self.tokens} | {len(self._folded.original)}
        self._starts = {it.start: place for place, it in enumerate(self.tokens)}
        self._ends = {it.end: place + 1 for place, it in enumerate(self.tokens)}
        places = self._folded.places
        self._allowed = [
            (places[start], places[end - 1] + 1)
            for start, end in vocabulary.allowed_spans(self._folded.text)
        ]
        self.found: dict[str, list[Span]] = {}
        self._find()
        self.turned = {
            it for it, spans in self.found.items() if all(self._is_turned(span) for span in spans)
        }
        self._find_phrases()

    def _find(self) -> None:
        text, places = self._folded.original, self._folded.places
        for folded, at in self._vocabulary.spans(self._folded.text):
            start, end = places[at], places[at + len(folded) - 1] + 1
            if self._is_allowed(start, end):
                continue
            for word in self._vocabulary.written[folded]:
                if self._is_word(start, end, len(folded), word):
                    self._add(word, start, end)
        for place, it in enumerate(self.tokens):
            if it.kind == "空白":
                continue
            for word in self._vocabulary.forms.get(inflection(self.tokens, place), ()):
                if not self._is_allowed(it.start, it.end):
                    self._add(word, it.start, it.end)
        for start, end, word in masked_spans(text, self._vocabulary):
            self._add(word, start, end)
        if spans := under_18(text):
            self.found[UNDER_18] = [self._tokens(*it) for it in spans]

    def _find_phrases(self) -> None:
        """Phrases may be parts of phrases no further: one round finds them."""
        ending = {
            id(phrase): phrase
            for word in self.found
            for phrase in self._vocabulary.phrases.get(word, ())
        }
        for phrase in ending.values():
            if (span := stands(phrase, self.tokens, self.found)) is not None:
                tokens = self.tokens[span.start : span.end]
                if not self._is_allowed(tokens[0].start, tokens[-1].end):
                    self.found.setdefault(phrase.entry, []).append(span)
                    if self._is_turned(span):
                        self.turned.add(phrase.entry)

    def _add(self, word: str, start: int, end: int) -> None:
        self.found.setdefault(word, []).append(self._tokens(start, end))

    def _tokens(self, start: int, end: int) -> Span:
        """The tokens that those characters are; of a word that was taken apart, those around it."""
        first, last = self._starts.get(start), self._ends.get(end)
        if first is None:
            first = max(place for at, place in self._starts.items() if at <= start)
        if last is None:
            last = min(place for at, place in self._ends.items() if at >= end)
        return Span(first, last)

    def _is_turned(self, span: Span) -> bool:
        """Whether it is prevented, or warned of: 「詐欺に注意」, 「薬物乱用防止」."""
        for it in self.tokens[span.end : span.end + 4]:
            if it.lemma in self._vocabulary.turned:
                return True
            if it.text not in _JOINING and it.kind not in {"名詞", "接尾辞"}:
                return False
        return False

    def _is_allowed(self, start: int, end: int) -> bool:
        return any(first <= start and end <= last for first, last in self._allowed)

    def _is_word(self, start: int, end: int, letters: int, written: str) -> bool:
        text = self._folded.original
        gaps = _GAP.findall(text[start:end])
        if written.isascii():
            joined = not gaps or all(it in {" ", "-"} for it in gaps) or len(gaps) >= letters - 1
            around = text[start - 1 : start] if start else "", text[end : end + 1]
            return joined and not any(_LATIN.match(it.lower()) for it in around)
        if gaps:  # ヌ・ー・ド: somebody took the word apart
            if len(gaps) >= len(written) - 1:
                return True
            if any(it in _PAUSES for it in gaps):
                return False  # two words that only meet: 「ヌー ドラム」
        elif text[start:end] == written:
            return start in self._edges and end in self._edges
        # Another spelling: its left edge must be one as it stands, and both of them as the
        # dictionary writes it. A few characters around it are enough to see.
        if start not in self._edges:
            return False
        before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
        edges = _edges(before + written + after)
        return len(before) in edges and len(before) + len(written) in edges


def _edges(text: str) -> set[int]:
    """Where words begin and end."""
    return {it.start for it in japanese.words(text)} | {len(text)}
