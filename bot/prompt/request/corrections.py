"""Corrections within a wish, as people speak: 「犬！あ、やっぱり猫」, 「ピザ、いやラーメン」."""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology
from bot.prompt.japanese.grammar import REQUEST_ENDING

_CORRECTED = re.compile(
    "^(?P<head>(?:[^、。!！]{1,6}[、。]){0,2}?)(?P<said>[^、。!！?？…]{1,15})[、。!！?？…]+"
    "(?:(?:あ|え|う)ー?っ?(?:と|ん)?、|ごめん、|すみません、)*"
    "(?:やっぱり?|やはり|いや(?:いや)?|(?:じゃ|では)なくて|違う|ちがう|違った|間違えた)[、。!！ ]*"
    "(?P<meant>[^、。!！]{1,40}(?P<rest>.*))$"
)

_LEAVES_OUT = re.compile("(?:い|要)ら(?:ない|ん)|なし|無し|抜き|ないで|なくて|入れ|以外")


def corrected(text: str) -> str:
    """Return a cleaned text without the thing that it takes back for another.

    Both have to be names of things: 「桜、やっぱりきれい」 stays, and so does what only leaves
    something out, 「桜、やっぱり人はいらない」.
    """
    match = _CORRECTED.match(text)
    if match is None or _LEAVES_OUT.search(match["meant"]):
        return text
    meant = match["meant"].removesuffix(match["rest"])
    meant = re.split("[をでにはがも]", meant)[0]
    names = (REQUEST_ENDING.sub("", words).strip() for words in (match["said"], meant))
    return match["head"] + match["meant"] if all(map(morphology.is_noun_phrase, names)) else text
