"""Words with a letter hidden: 「エ○い」, 「セ×クス」, "p*rn".

Only a word of which most letters are left is seen; of two letters, only one that is often written
so, and only where nothing goes on: 「自○」, but not 「○月」 or 「自○車」.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.moderation.folding import fold_letters

if TYPE_CHECKING:
    from bot.moderation.finding import Vocabulary

_MASKS = "○●〇◯◎*×✕✖❌■□▲△☆★♡♥_伏"
_MASK = re.compile(rf"(?<=\w)[{re.escape(_MASKS)}]|[{re.escape(_MASKS)}](?=\w)")
_STRETCH = re.compile(rf"[\w{re.escape(_MASKS)}]+")
_LONGEST = 10
_OFTEN = {"自殺", "自死", "死体", "殺人", "殺害", "えろ", "ろり", "ぐろ", "性器", "性交"}
_OFTEN |= {"大麻", "麻薬", "死ね", "全裸", "強姦", "乳首"}


class Masked:
    """Words by length and letter."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by: dict[tuple[int, int, str], set[str]] = {}
        for word in words:
            if 3 <= len(word) <= _LONGEST or word in _OFTEN:
                for place, letter in enumerate(word):
                    self._by.setdefault((len(word), place, letter), set()).add(word)

    def of(self, piece: str) -> set[str]:
        """The words that a piece of text may be, "?" for each hidden letter."""
        known = [(place, it) for place, it in enumerate(piece) if it != "?"]
        if 2 * len(known) < len(piece) or (2 * len(known) == len(piece) and piece[0] == "?"):
            return set()
        sets = [self._by.get((len(piece), place, it), set()) for place, it in known]
        return set.intersection(*sets) if sets else set()


def masked_spans(text: str, vocabulary: Vocabulary) -> Iterable[tuple[int, int, str]]:
    """(start, end, word as the lists write it) of words with hidden letters. text: not folded."""
    if _MASK.search(text) is None:
        return
    for stretch in _STRETCH.finditer(text):
        hidden = [place for place, it in enumerate(stretch[0]) if it in _MASKS]
        if not hidden:
            continue
        letters = "".join("?" if it in _MASKS else it for it in fold_letters(stretch[0]))
        if len(letters) == len(stretch[0]):
            for start, end, folded in _hidden(letters, hidden, vocabulary.masked):
                for word in vocabulary.written[folded]:
                    yield stretch.start() + start, stretch.start() + end, word


def _hidden(letters: str, hidden: list[int], masked: Masked) -> Iterable[tuple[int, int, str]]:
    pieces = {
        (start, start + length)
        for place in hidden
        for length in range(2, _LONGEST + 1)
        for start in range(max(0, place - length + 1), min(place, len(letters) - length) + 1)
    }
    for start, end in sorted(pieces):
        for word in masked.of(letters[start:end]):
            if _stands_apart(letters, start, end):
                yield start, end, word


def _stands_apart(letters: str, start: int, end: int) -> bool:
    """Whether no letter of its own kind goes on where the piece ends; short ones only."""
    if end - start > 3:
        return True
    before, after = letters[:start][-1:], letters[end:][:1]
    first, last = _kind(letters[start]), _kind(letters[end - 1])
    inner = {_kind(it) for it in letters[start:end]} - {"?"}
    opens = not before or _kind(before) not in (inner if first == "?" else {first})
    closes = not after or _kind(after) not in (inner if last == "?" else {last})
    return (opens and closes) or (inner == {"kana"} and end - start == 3)


def _kind(letter: str) -> str:
    if letter == "?":
        return "?"
    return "latin" if letter.isascii() else "kana" if "ぁ" <= letter <= "ー" else "kanji"
