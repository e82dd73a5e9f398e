"""Which entries of the lists a text contains, and where: in any spelling and inflection."""

from __future__ import annotations

import itertools
import re

from bot.moderation.ages import find_minor_ages
from bot.moderation.harmless_uses import find_harmless_uses
from bot.moderation.inflection import demand_at, form_at
from bot.moderation.masking import find_masked, has_masks, without_inserted
from bot.moderation.normalize import FoldedText, fold, loosen
from bot.moderation.phrases import TokenSpan, find_phrase
from bot.moderation.vocabulary import Vocabulary
from bot.prompt.japanese import morphology
from bot.prompt.japanese.morphology import Word

UNDER_18 = "@under18"  # in a list: any age or school year of a child

_MAY_BE_PROLONGED = re.compile(r"ー|(.)\1")
_LATIN_LETTER = re.compile("[a-z0-9]")
_GAP = re.compile(r"[\W_]+")
_JOINS_LATIN = re.compile(r"[\s!-/:-@\[-`{-~、。「」]")  # what may stand between two words
_PAUSES = {" ", "、", "。", ",", ", ", ". ", "! ", "!", "?", "? "}
_NEVER_FIRST = frozenset("ーっッんンゃゅょャュョぁぃぅぇぉァィゥェォ")
_MIXED_KANA = re.compile("[ぁ-ゖ][ァ-ヺ]|[ァ-ヺ][ぁ-ゖ]")
_KATAKANA_WORD = re.compile("[ァ-ヺー]{4,}")
_ONE_SCRIPT = re.compile("[ぁ-ゖー〜~]++|[ァ-ヺー〜~]++い?|[a-zA-Z]++")
_SCRIPTS = [re.compile(letters) for letters in ("[ァ-ヺー]", "[a-zA-Z]", "[一-龠々]")]
_CONTEXT_CHARS = 16
_BESIDE_WORDS = frozenset("のをにがとはでもよね")
_JOINING_WORDS = {"の", "を", "に", "は", "へ", "と", "から", "・", " ", "、", "する"}
_NOT_BUT = re.compile("(?:じゃ|では|で)(?:なくて|なく、)")
_MAX_TOKENS_TO_NEUTRALIZER = 4


class TextMatches:
    """A text and the entries of a vocabulary that it contains.

    matches: entry -> the tokens at which it occurs. neutralized: the entries that occur only where
    a following word makes them harmless, as in 「自殺防止」.
    """

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._folded: FoldedText = fold(text)
        self._vocabulary = vocabulary
        self.tokens: list[Word] = morphology.tokenize(self._folded.original)
        self._edges = {token.start for token in self.tokens} | {len(self._folded.original)}
        self._token_at_start = {token.start: index for index, token in enumerate(self.tokens)}
        self._token_after_end = {token.end: index + 1 for index, token in enumerate(self.tokens)}
        positions = self._folded.positions
        self._allowed = [
            (positions[start], positions[end - 1] + 1)
            for start, end in vocabulary.find_allowed(self._folded.text)
        ] + list(find_harmless_uses(self._folded.original))
        self.matches: dict[str, list[TokenSpan]] = {}
        self._match_words()
        self._match_prolonged_words()
        self._match_inflected()
        self._match_masked()
        if ages := find_minor_ages(self._folded.original):
            self.matches[UNDER_18] = [self._token_span(*span) for span in ages]
        self.neutralized = {
            entry
            for entry, spans in self.matches.items()
            if all(self._is_neutralized(span) for span in spans)
        }
        self._match_phrases()

    def _match_words(self) -> None:
        positions = self._folded.positions
        for folded, at in self._vocabulary.find_words(self._folded.text):
            start, end = positions[at], positions[at + len(folded) - 1] + 1
            if self._is_allowed(start, end):
                continue
            for entry in self._vocabulary.entries_by_folded[folded]:
                if self._is_word(start, end, len(folded), entry):
                    self._add(entry, start, end)

    def _match_prolonged_words(self) -> None:
        """Add the words with long marks or repeated letters in them: 「おっぱーい」, "nuuude"."""
        original = self._folded.original
        if not _MAY_BE_PROLONGED.search(self._folded.text):
            return
        for keep_bars in (True, False):
            loose = loosen(self._folded, keep_bars=keep_bars)
            for word, at in self._vocabulary.find_loose_words(loose.text, keep_bars=keep_bars):
                start, end = loose.positions[at], loose.positions[at + len(word) - 1] + 1
                while end < len(original) and original[end] in ("ー", "〜", "~", original[end - 1]):
                    end += 1
                one_script = _ONE_SCRIPT.fullmatch(original, start, end) is not None
                if not one_script or end - start <= len(word) or self._is_allowed(start, end):
                    continue
                for entry in self._vocabulary.entries_by_loose[keep_bars][word]:
                    if end - start <= len(entry):
                        continue
                    if self._is_word(start, end, end - start, entry, prolonged=True):
                        self._add(entry, start, end)

    def _match_inflected(self) -> None:
        for index, token in enumerate(self.tokens):
            if token.part_of_speech == "空白" or token.lemma not in self._vocabulary.lemmas:
                continue
            if self._is_allowed(token.start, token.end):
                continue
            for form in filter(None, (form_at(self.tokens, index), demand_at(self.tokens, index))):
                for entry in self._vocabulary.entries_by_form.get(form, ()):
                    self._add(entry, token.start, token.end)

    def _match_masked(self) -> None:
        text = self._folded.original
        if not has_masks(text):  # the index is built when it is first needed
            return
        for start, end, folded in find_masked(text, self._vocabulary.masked_index):
            for entry in self._vocabulary.entries_by_folded[folded]:
                self._add(entry, start, end)
        self._match_around_masks(text)

    def _match_around_masks(self, text: str) -> None:
        """Add the words with masks put between their letters: 「エ◯ロ」."""
        bare, kept = without_inserted(text)
        folded = fold(bare)
        if len(bare) == len(text) or len(folded.original) != len(bare):
            return
        for word, at in self._vocabulary.find_words(folded.text):
            start, end = folded.positions[at], folded.positions[at + len(word) - 1] + 1
            first, last = kept[start], kept[end - 1] + 1
            if last - first == end - start or self._is_allowed(first, last):
                continue  # no mask is in it
            for entry in self._vocabulary.entries_by_folded[word]:
                if _stands_apart(bare, start, end, entry):
                    self._add(entry, first, last)

    def _match_phrases(self) -> None:
        """Add the phrases. No phrase is part of another phrase, so one round is enough."""
        candidates = {
            id(phrase): phrase
            for word in self.matches
            for phrase in self._vocabulary.phrases_by_last_word.get(word, ())
        }
        for phrase in candidates.values():
            if (span := find_phrase(phrase, self.tokens, self.matches)) is not None:
                tokens = self.tokens[span.start : span.end]
                if not self._is_allowed(tokens[0].start, tokens[-1].end):
                    self.matches.setdefault(phrase.entry, []).append(span)
                    if self._is_neutralized(span):
                        self.neutralized.add(phrase.entry)

    def _add(self, entry: str, start: int, end: int) -> None:
        self.matches.setdefault(entry, []).append(self._token_span(start, end))

    def _token_span(self, start: int, end: int) -> TokenSpan:
        """Return the tokens that contain these characters, which may begin inside a token."""
        first, last = self._token_at_start.get(start), self._token_after_end.get(end)
        if first is None:
            first = max(index for at, index in self._token_at_start.items() if at <= start)
        if last is None:
            last = min(index for at, index in self._token_after_end.items() if at >= end)
        return TokenSpan(first, last)

    def _is_neutralized(self, span: TokenSpan) -> bool:
        """Return whether it is prevented, warned of, or not meant: 「詐欺に注意」, 「薬物乱用防止」
        or 「血まみれじゃなくてジャムまみれ」."""
        after = "".join(token.text for token in self.tokens[span.end : span.end + 4])
        if _NOT_BUT.match(after):
            return True
        for token in self.tokens[span.end : span.end + _MAX_TOKENS_TO_NEUTRALIZER]:
            if token.lemma in self._vocabulary.neutralizing:
                return True
            joins = token.text in _JOINING_WORDS or token.part_of_speech in {"名詞", "接尾辞"}
            if not joins:
                return False
        return False

    def _is_allowed(self, start: int, end: int) -> bool:
        return any(first <= start and end <= last for first, last in self._allowed)

    def _is_word(
        self, start: int, end: int, letter_count: int, entry: str, *, prolonged: bool = False
    ) -> bool:
        """Return whether these characters are a word of their own, and no part of another."""
        text = self._folded.original
        gaps = _GAP.findall(text[start:end])
        if gaps and text[start] in _NEVER_FIRST:  # 「カフェ×ロック」
            return False
        if entry.isascii():
            joined = not gaps or all(gap in {" ", "-"} for gap in gaps)
            joined = joined or len(gaps) >= letter_count - 1
            joined = joined or not any(_JOINS_LATIN.search(gap) for gap in gaps)
            around = text[start - 1 : start] if start else "", text[end : end + 1]
            return joined and not any(_LATIN_LETTER.match(letter.lower()) for letter in around)
        if gaps:  # ヌ・ー・ド: somebody took the word apart
            if len(gaps) >= len(entry) - 1:  # 「マシュマロ、リボン」: two words meet
                may_meet = len(entry) == 2 and gaps[0] in _PAUSES
                return not (may_meet and self._continues_words(start, end))
            if any(gap in _PAUSES for gap in gaps):
                return self._is_broken_word(start, end, entry)
        elif text[start:end] == entry:
            return start in self._edges and end in self._edges
        # Another spelling: its left edge must be the edge of a word as it is typed, and both edges
        # must be when it is spelled as in the list. A few characters around it are enough context.
        typed_plainly = not (prolonged or gaps) and not _MIXED_KANA.search(text[start:end])
        if typed_plainly and start not in self._edges:
            return False
        before, after = (
            text[max(0, start - _CONTEXT_CHARS) : start],
            text[end : end + _CONTEXT_CHARS],
        )
        edges = _word_edges(before + entry + after)
        return len(before) in edges and len(before) + len(entry) in edges

    def _is_broken_word(self, start: int, end: int, entry: str) -> bool:
        """Return whether blanks break one word, 「セッ クス」, and no two meet."""
        text = self._folded.original
        pieces = text[start:end].split(" ")
        if any(_GAP.search(piece) for piece in pieces):
            return False
        if self._continues_words(start, end):
            return False
        if _KATAKANA_WORD.fullmatch(entry) or any(len(piece) == 1 for piece in pieces):
            return True
        return any(
            before[-1] in "ッっ" or after[0] in _NEVER_FIRST
            for before, after in itertools.pairwise(pieces)
        )

    def _continues_words(self, start: int, end: int) -> bool:
        """Return whether the letter before these, or the one after them, is of the same script."""
        text = self._folded.original
        edges = (at for at in (start, end) if 0 < at < len(text))
        return any(_same_script(*text[at - 1 : at + 1]) for at in edges)


def _stands_apart(text: str, start: int, end: int, entry: str) -> bool:
    """Return whether a word from which masks were taken is none of its neighbours' letters."""
    before, after = text[:start][-_CONTEXT_CHARS:], text[end:][:_CONTEXT_CHARS]
    if text[start] in _NEVER_FIRST:
        return False
    meets_before = before and _continues(before[-1], text[start])
    meets_after = after and _continues(text[end - 1], after[0])
    if (meets_before and before[-1] not in _BESIDE_WORDS) or (
        meets_after and after[0] not in _BESIDE_WORDS
    ):
        return False
    edges = _word_edges(before + entry + after)
    return entry.isascii() or {len(before), len(before) + len(entry)} <= edges


def _continues(first: str, second: str) -> bool:
    is_hiragana = "ぁ" <= first <= "ゖ" and "ぁ" <= second <= "ゖ"
    is_kanji = _SCRIPTS[2].match(first) is not None  # 「殺○人事件」: the edges of words count
    return is_hiragana or (not is_kanji and _same_script(first, second))


def _same_script(first: str, second: str) -> bool:
    return any(script.match(first) and script.match(second) for script in _SCRIPTS)


def _word_edges(text: str) -> set[int]:
    return {token.start for token in morphology.tokenize(text)} | {len(text)}
