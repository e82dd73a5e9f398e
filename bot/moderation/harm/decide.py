"""What to do about a text that may do harm. What a mistake would cost decides."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.intent.features import words_of
from bot.moderation.child_scenes import is_childs_scene
from bot.moderation.dialects import without_katakana
from bot.moderation.harm.classes import CATEGORY_OF_CLASS, CLASSES, Place
from bot.moderation.harm.features import prepare
from bot.moderation.harm.judgement import Judgement
from bot.moderation.harm.model import probabilities
from bot.moderation.photos import is_retouch
from bot.prompt import clean

# To paint what was meant as this, where asking once costs 1.
_PAINT = {
    "none": 0.0,
    "hate": 60.0,
    "violence": 40.0,
    "sexual": 60.0,
    "minors": 300.0,
    "voyeur": 60.0,
    "cry": 100.0,
    "crime": 40.0,
    "deceit": 40.0,
    "undress": 80.0,
    "humble": 50.0,
}
_ASK_HARM, _ASK_CRY = 20.0, 20.0
_FALSE_ALARM, _FALSE_CRY = 5.0, 3.5
_OTHER_REASON, _NO_CRY, _MISSED_CRY = 0.5, 10.0, 12.0
_SURELY_HARMLESS = 0.75
_FEW_NOUNS, _IN_NAMES = 2, {"名詞", "助詞", "接頭辞", "接尾辞"}
HARMLESS_PRIOR = {"words": 26.0, "photo": 12.0}
"""How many times commoner harmless wishes are in chats than in the corpus."""


@lru_cache(maxsize=4)  # one message is judged in several places
def judge(text: str, place: Place) -> Judgement:
    """Return what to do about a text as a person wrote it, of any length. Never raises."""
    text = without_katakana(clean(text))
    if place == "photo" and is_retouch(clean(text)):
        return Judgement("paint")
    judgement = decide(probabilities(text, place), place)
    if judgement.category == "self_harm" and is_childs_scene(clean(text)):
        return Judgement("paint")
    is_doubt = judgement.action == "ask" and place == "words"
    return Judgement("paint") if is_doubt and _is_plain_name(text) else judgement


def is_doubtful(text: str, place: Place) -> bool:
    """Return whether a text, as a person wrote it, is not surely harmless. Never raises."""
    return float(probabilities(text, place)[0]) < _SURELY_HARMLESS


def _is_plain_name(text: str) -> bool:
    """Return whether a text is a noun or two, 「女の子」; the lists know the bad ones."""
    words = words_of(prepare(text))
    nouns = sum(word.coarse == "名詞" for word in words)
    return nouns <= _FEW_NOUNS and all(word.coarse in _IN_NAMES for word in words)


def decide(shares: NDArray[np.float32], place: Place) -> Judgement:
    """Return what costs least for these probabilities of the classes of the place."""
    names = CLASSES[place]
    weighed = shares * np.array(
        [HARMLESS_PRIOR[place]] + [1.0] * (len(names) - 1), dtype=np.float32
    )
    expected = _costs(place) @ (weighed / weighed.sum())
    cheapest = int(expected.argmin())
    if cheapest == 0:
        return Judgement("paint")
    if cheapest == 1:
        return Judgement("ask", CATEGORY_OF_CLASS[names[1 + int(shares[1:].argmax())]])
    return Judgement("refuse", CATEGORY_OF_CLASS[names[cheapest - 1]])


@cache
def _costs(place: Place) -> NDArray[np.float32]:
    """Return the costs, (1 + classes, classes): of painting, of asking, and of refusing for each
    class but "none", for what was meant as each class."""
    names = CLASSES[place]
    paint = [_PAINT[meant] for meant in names]
    ask = [1.0 if meant == "none" else _ASK_CRY if meant == "cry" else _ASK_HARM for meant in names]
    refuse = [[_cost_of_refusal(given, meant) for meant in names] for given in names[1:]]
    return np.array([paint, ask, *refuse], dtype=np.float32)


def _cost_of_refusal(given: str, meant: str) -> float:
    if given == meant:
        return 0.0
    if meant == "none":
        return _FALSE_CRY if given == "cry" else _FALSE_ALARM
    if meant == "cry":
        return _MISSED_CRY
    return _NO_CRY if given == "cry" else _OTHER_REASON
