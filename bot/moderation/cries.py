"""Whether a text is a cry for help, by three that listen: patterns, the intent, and harm.

Alone each of them hears cries in pictures, 「遺書を読む探偵」: what only one hears is asked about.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.moderation import harm
from bot.moderation.distress import find_cry, is_farewell

SURE = 0.9  # share of cries in an intent from which it is one, whatever the others hear
_DONE_TO_ONE = re.compile(
    "[らさ]れ(?:た|て|る|そう|ちゃ)|怖|こわ|助け|たすけ|やめて|つら|辛|嫌|いや"
)
UNHEARD = 0.05  # share below which the intent hears none


def may_tell_of_harm(text: str) -> bool:
    """Return whether what is sexual may tell what was done to somebody: 「裸を撮られた」 does,
    「裸になったらどう見えるかな」 after a photo does not."""
    return find_cry(text) is not None or _DONE_TO_ONE.search(text) is not None


def weigh_cry(text: str, share: float, *, is_intent: bool = False) -> Literal["cry", "ask"] | None:
    """Return whether a text is a cry, or to be asked about; None if nobody hears one.

    text: as a person wrote it. share: how likely a cry is by its intent. is_intent: whether that
    decided that it is one.
    """
    if is_farewell(text):
        return "cry"
    judgement = harm.judge(text, "words")
    if judgement == harm.Judgement("refuse", "self_harm"):
        return "cry"
    is_heard_elsewhere = judgement.action != "paint"
    if find_cry(text) is not None:
        return "cry" if is_heard_elsewhere or share >= UNHEARD else "ask"
    if is_intent:
        return "cry" if is_heard_elsewhere or share >= SURE else "ask"
    return None
