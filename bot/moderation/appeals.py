"""Appeals against refusals: how they are said, and how the wish is masked for operators."""

from __future__ import annotations

import re

from bot.prompt import clean
from bot.prompt.japanese import morphology
from bot.texts.graphemes import cut

MAX_CHARS = 120  # of a wish that operators see
APPEALED_CATEGORIES = frozenset({"sexual", "gore", "hate", "illegal", "deception"})
"""Refusals that may be appealed against. What protects children and lives stays as it is."""

_APPEAL = re.compile(
    r"(?:いや|いえ|いいえ|え)?(?:それは|これは|それ)?(?:"
    r"違います|ちがいます|違うよ|ちがうよ|違うんです|ちがうんです|違うんですけど|違うって|誤解です|誤解だよ|"
    r"勘違いです|間違いです|まちがいです|そうじゃない(?:です|よ)?|そうじゃなくて|"
    r"そういう(?:意味|つもり|絵)(?:じゃ|では)(?:ない|ありません)(?:です|よ)?|"
    r"(?:変|へん)な(?:意味|絵)(?:じゃ|では)(?:ない|ありません)(?:です|よ)?|"
    r"that(?:'?s| is) (?:wrong|a mistake|not what i meant?)|(?:you(?:'re| are) )?mistaken|wrong)",
    re.IGNORECASE,
)
_NUMBERS_AND_ADDRESSES = re.compile(
    r"(?<![\w.+-])[\w.+-]++@[\w.-]++|https?://\S+|\d+|[a-z]{3,}", re.IGNORECASE
)


def is_appeal(text: str) -> bool:
    """Return whether words after a refusal say that it is mistaken: 「違います」."""
    return _APPEAL.fullmatch(text.strip(" 、。!！…?？")) is not None


def mask(text: str) -> str:
    """Return a wish as operators see it: without names, numbers, addresses and foreign words.

    text: as a person wrote it. At most MAX_CHARS characters are left.
    """
    beginning = cut(clean(text), MAX_CHARS)
    shown = _NUMBERS_AND_ADDRESSES.sub(lambda match: "○" * len(match[0]), beginning)
    letters = list(shown)
    for morpheme in morphology.analyze(shown):
        if morpheme.part_of_speech()[1] == "固有名詞":
            letters[morpheme.begin() : morpheme.end()] = "○" * (morpheme.end() - morpheme.begin())
    return "".join(letters)
