"""Words with a letter hidden, 「エ○い」, 「セ×クス」, "p*rn", or with marks put in, 「エ◯ロ」.

A word is recognised only if most of its letters are left. A word of two letters is recognised only
if it is often written so, and only where no further letter follows: 「自○」, but not 「○月」 or
「自○車」.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.moderation.normalize import fold_letters

_MASKS = "○●〇◯◎*×✕✖❌■□▲△☆★♡♥_伏"
_MASK_BESIDE_LETTER = re.compile(rf"(?<=\w)[{re.escape(_MASKS)}]|[{re.escape(_MASKS)}](?=\w)")
_INSERTED = re.compile(  # no zero of a number: 「二〇二六年」
    r"(?<=[^\W\d_〇一二三四五六七八九十百千])[○●〇◯◎×✕✖]{1,2}(?=[^\W\d_〇一二三四五六七八九十百千])"
)
_SMALL = frozenset("ゃゅょャュョぁぃぅぇぉァィゥェォ")  # which begin no word
_LETTERS_AND_MASKS = re.compile(rf"[\w{re.escape(_MASKS)}]+")
_MAX_WORD_CHARS = 10
_OFTEN_MASKED = {"自殺", "自死", "死体", "殺人", "殺害", "えろ", "ろり", "ぐろ", "性器", "性交"}
_OFTEN_MASKED |= {"大麻", "麻薬", "死ね", "全裸", "強姦", "乳首"}


class MaskedWordIndex:
    """Folded words, indexed by length, position and letter."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[tuple[int, int, str], set[str]] = {}
        for word in words:
            if 3 <= len(word) <= _MAX_WORD_CHARS or word in _OFTEN_MASKED:
                for position, letter in enumerate(word):
                    self._words.setdefault((len(word), position, letter), set()).add(word)

    def lookup(self, piece: str) -> set[str]:
        """Return the words that a piece of text may be, "?" for each hidden letter."""
        known = [(position, letter) for position, letter in enumerate(piece) if letter != "?"]
        if 2 * len(known) < len(piece) or (2 * len(known) == len(piece) and piece[0] == "?"):
            return set()
        sets = [
            self._words.get((len(piece), position, letter), set()) for position, letter in known
        ]
        return set.intersection(*sets) if sets else set()


def has_masks(text: str) -> bool:
    """Return whether any letter of the text may be hidden. Quick."""
    return _MASK_BESIDE_LETTER.search(text) is not None


def without_inserted(text: str) -> tuple[str, list[int]]:
    """Return a text without one or two masks between letters, which may be put into a word, and
    for each character that is left its index in the text."""
    hidden = {place for match in _INSERTED.finditer(text) for place in range(*match.span())}
    kept = [place for place in range(len(text)) if place not in hidden]
    return "".join(text[place] for place in kept), kept


def find_masked(text: str, index: MaskedWordIndex) -> Iterable[tuple[int, int, str]]:
    """Yield (start, end, folded word) of each word with hidden letters. text: not folded."""
    for stretch in _LETTERS_AND_MASKS.finditer(text):
        hidden = [position for position, letter in enumerate(stretch[0]) if letter in _MASKS]
        if not hidden:
            continue
        letters = "".join(
            "?" if letter in _MASKS else letter for letter in fold_letters(stretch[0])
        )
        if len(letters) == len(stretch[0]):
            for start, end, word in _find_in_stretch(letters, hidden, index):
                if stretch[0][start] in _SMALL:  # 「カフェ○ロゴ」
                    continue
                yield stretch.start() + start, stretch.start() + end, word


def _find_in_stretch(
    letters: str, hidden: list[int], index: MaskedWordIndex
) -> Iterable[tuple[int, int, str]]:
    pieces = {
        (start, start + length)
        for position in hidden
        for length in range(2, _MAX_WORD_CHARS + 1)
        for start in range(max(0, position - length + 1), min(position, len(letters) - length) + 1)
    }
    for start, end in sorted(pieces):
        for word in index.lookup(letters[start:end]):
            if _stands_apart(letters, start, end):
                yield start, end, word


def _stands_apart(letters: str, start: int, end: int) -> bool:
    """Return whether no letter of the same script continues a short piece on either side."""
    if end - start > 3:
        return True
    before, after = letters[:start][-1:], letters[end:][:1]
    first, last = _script(letters[start]), _script(letters[end - 1])
    inner = {_script(letter) for letter in letters[start:end]} - {"?"}
    opens = not before or _script(before) not in (inner if first == "?" else {first})
    closes = not after or _script(after) not in (inner if last == "?" else {last})
    is_middle = end - start == 3 and letters[start + 1] == "?"  # not 「カフェ×」, 「は×だから」
    return (opens and closes) or (inner == {"kana"} and is_middle)


def _script(letter: str) -> str:
    if letter == "?":
        return "?"
    return "latin" if letter.isascii() else "kana" if "ぁ" <= letter <= "ー" else "kanji"
