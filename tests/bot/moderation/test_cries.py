"""Three listen for cries for help: patterns, the intent, and harm. One alone is asked about."""

from __future__ import annotations

import pytest

from bot.moderation.cries import SURE, UNHEARD, may_tell_of_harm, weigh_cry

DETECTIVE = "遺書を読む探偵"  # a cry to the patterns alone
UNDRESSED = "裸になったらどう見えるかな"  # harm, but none to oneself


@pytest.mark.parametrize(
    ("text", "share", "is_intent", "expected"),
    [
        ("先に逝くね", 0.0, False, "cry"),  # a farewell needs no second one
        ("死にたい", 0.0, False, "cry"),
        (DETECTIVE, UNHEARD / 2, False, "ask"),
        (DETECTIVE, UNHEARD / 2, True, "ask"),
        (DETECTIVE, UNHEARD, False, "cry"),
        ("りんご", 1.0, False, None),  # the intent decided otherwise
        ("りんご", SURE - 0.01, True, "ask"),
        ("りんご", SURE, True, "cry"),
        (UNDRESSED, 0.0, False, None),
        (UNDRESSED, 0.0, True, "cry"),
    ],
)
def test_one_who_hears_a_cry_asks_and_two_are_sure(
    text: str, share: float, is_intent: bool, expected: str | None
) -> None:
    assert weigh_cry(text, share, is_intent=is_intent) == expected


@pytest.mark.parametrize(
    ("text", "tells"),
    [("消えたい", True), ("裸を撮られた", True), ("脱がされて怖い", True), (UNDRESSED, False)],
)
def test_what_may_tell_of_harm_that_was_done(text: str, tells: bool) -> None:
    assert may_tell_of_harm(text) is tells
