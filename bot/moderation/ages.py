"""Finds ages and school years of a child: 「10歳」, 「じゅうごさい」, 「中2」, "12yo"."""

from __future__ import annotations

import re

_TO_NINE = "いち|いっ|に|さん|よん|ご|ろく|なな|しち|はち|はっ|きゅう"
_AGE_BELOW_18 = re.compile(
    rf"""
    (?<![0-9.]) (?:0?[0-9]|1[0-7]) \s? (?:歳|才|さい|サイ|ｻｲ|[かヶケヵ]月児|代(?!目))
    | (?<![一二三四五六七八九十百]) (?:十?[一二三四五六七]|十|[八九]) (?:歳|才|さい)
    | (?: じゅう (?:いち|いっ|に|さん|よん|ご|ろく|なな|しち)? | じゅっ | {_TO_NINE} ) さい
    | 18 \s? [歳才] 未満 | (?<![0-9]) 18 \s? 未満 | under \s? 18
    | (?<![0-9.]) (?:0?[0-9]|1[0-7]) [\s-]? (?: y\W?o(?![a-z]) | yrs?(?![a-z]) | years?[\s-]olds? )
    | (?<![大最縮]) 小 [1-6一二三四五六] (?![0-9月年時日階人匹つ本枚一-龠]|か所)
    | 小 [1-6一二三四五六] の? (?= 女子|男子|女児|男児|児童|生)
    | [中高] [1-3一二三] (?: (?![0-9月年時日階人匹つ本枚一-龠]) | の? (?= 女子|男子|生) )
    | (?: 小学校? | 中学校? | 高校 ) [1-6一二三四五六] 年
    """,
    re.VERBOSE | re.IGNORECASE,
)


def find_minor_ages(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each age below 18 and each school year in the text.

    text: as `bot.prompt.clean` leaves it.
    """
    return [match.span() for match in _AGE_BELOW_18.finditer(text)]
