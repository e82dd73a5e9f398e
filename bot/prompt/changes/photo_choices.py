"""Which of several photos is meant: 「1枚目のほうを油絵に」, 「最初の写真で」."""

from __future__ import annotations

import re
from typing import NamedTuple

_MAX_CHARS = 60
_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "いち": 1, "に": 2, "さん": 3}
_NOUN = "(?:写真|画像|写メ|ほう|方|やつ|の|子)"
_WHICH = re.compile(
    f"(?:(?:やっぱり?|じゃあ?|次は|今度は)[、 ]?)?(?:(?P<number>[1-5一二三四五]|いち|に|"
    f"さん)(?:枚目|まいめ|枚め|番目|ばんめ|つ目|つめ|個目)(?:に送った)?(?:の?{_NOUN})?"
    f"|(?P<first>最初|はじめ|一番目|先|前)(?:に送った|の){_NOUN}|(?P<last>最後|あと|後|新しい|今)(?:に送った|から送った|の)?{_NOUN})"
    "(?:だけ)?(?:を(?:使って)?|で|は|も|が|の)?(?:使って|つかって)?[、。 ]{0,2}(?P<rest>.*)"
)
_ALL = re.compile(
    "(?:[2-5二三四]枚(?!目)|ふたつ|二つ|両方|どっち|どちら|全部|ぜんぶ|みんな|それぞれ)(?:の写真)?(?:とも|も|を|、)?[^、。]{0,24}"
)
_SAME = re.compile(
    "(?:も)?[、。 ]?(?:同じ(?:ように|感じ(?:で|に)?|風に|ので|やつで?|で)?|おなじように)?[、 ]?"
    "(?:お願い(?:します)?|おねがい(?:します)?|して|やって|描いて|よろしく|頼む)?(?:ください|ほしい|ね|よ|[。!！]){0,3}"
)
_TOGETHER = re.compile("合成|合わせ|くっつけ|一緒に|いっしょに|並べ|1枚に|一枚に|まとめ")


class WhichPhoto(NamedTuple):
    """Which of the photos, counted from 0 or from the end, and what is wanted of it."""

    position: int
    rest: str


def which_photo(text: str) -> WhichPhoto | None:
    """Return which of several photos a text means, or None if it points at none of them.

    text: cleaned.
    """
    match = _WHICH.fullmatch(text) if len(text) <= _MAX_CHARS else None
    if match is None:
        return None
    number = match["number"]
    if number is None:
        return WhichPhoto(0 if match["first"] else -1, match["rest"])
    return WhichPhoto((_DIGITS.get(number) or int(number)) - 1, match["rest"])


def means_all_photos(text: str) -> bool:
    """Return whether a text means all of the photos: 「2枚とも水彩に」, 「両方を1枚に」."""
    return len(text) <= _MAX_CHARS and _ALL.fullmatch(text) is not None


def wants_the_same(rest: str) -> bool:
    """Return whether what is wanted of one photo is what was made of another."""
    return _SAME.fullmatch(rest) is not None


def joins_photos(text: str) -> bool:
    """Return whether a text wants several photos in one picture."""
    return _TOGETHER.search(text) is not None
