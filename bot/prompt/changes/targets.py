"""What a change is of: 「車の色」 means the car, 「おそら」 the sky."""

from __future__ import annotations

import re

from bot.prompt.changes.steps import PICTURE_ASPECTS
from bot.prompt.japanese import morphology

PATTERNS = {"柄", "模様", "図柄", "絵柄"}  # of a thing, which has to be named
_ASPECT_OF_THING = re.compile(  # 「車の色を」 is 「車を」, 「女の子の髪を」 「髪を」
    rf"^(?P<of>.+?)の?(?:色|色合い|数|位置|場所|形|向き)$|"
    rf"^.+の(?P<part>{'|'.join(name for name in PICTURE_ASPECTS if name not in PATTERNS)})$"
)
_AS_CHILDREN_SAY = {
    **dict.fromkeys(("おそら", "そら"), "空"),
    **dict.fromkeys(("おめめ", "め"), "目"),
    **dict.fromkeys(("おかお", "かお"), "顔"),
    **dict.fromkeys(("かみ", "かみのけ"), "髪"),
    **dict.fromkeys(("おようふく", "ようふく", "ふく", "おふく"), "服"),
    **{"はいけい": "背景", "おくち": "口", "おみみ": "耳", "いろ": "色", "おぼうし": "帽子"},
}


def thing_meant(words: str) -> str:
    """Return the thing whose colour, number or place is named: 「車の色」 -> 「車」.

    What every picture has is written as usual: 「おそら」 -> 「空」.
    """
    words = _AS_CHILDREN_SAY.get(words, words)
    if words in PICTURE_ASPECTS or not (match := _ASPECT_OF_THING.match(words)):
        return words
    return match["part"] or match["of"]


def whole_noun(what: str, words: str) -> str:
    """Return what ends before a particle, with the particle if it is none: 「子ど|も乗せて」."""
    after = words[len(what) : len(what) + 1]
    return what + after if after == "も" and morphology.ends_in_noun(what + after, 1) else what
