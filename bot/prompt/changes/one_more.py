"""Reads that there shall be more of a thing: 「ロボットもう一体」, 「猫をもう2匹増やして」."""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology

_ORDINAL = {"一": 1, "二": 2, "三": 3, "ひと": 1, "ふた": 2}
_COUNTERS = (  # of things in a picture; 枚, 度, 回 and パターン are of pictures
    "匹|人|名|頭|羽|尾|体|台|両|機|隻|艘|艇|騎|本|個|コ|つ|り|輪|株|房|束|粒|玉|鉢|杯|皿|膳|椀|缶|"
    "瓶|箱|袋|切れ|斤|冊|着|足|脚|面|挺|振り|張|棟|軒|戸|基|尊|柱|門|段|列|組|対"
)
_USUAL = {"り": "人", "コ": "個"}
_IN_KANA = {  # 「もういっぴき」
    **{"いっぴき": "1匹", "にひき": "2匹", "いっこ": "1個", "いちわ": "1羽"},
    **{"いっぽん": "1本", "いっとう": "1頭", "いちだい": "1台", "いったい": "1体"},
    **{"いちりん": "1輪", "いっちゃく": "1着", "いっさつ": "1冊"},
}
_ONE_MORE = re.compile(
    "(?:(?P<what>[^、をもが]{1,10}?)(?:を|も|が)?)?(?:もう|あと|さらに)"
    f"(?:(?P<number>[1-9一二三]|ひと|ふた)(?P<counter>{_COUNTERS})|(?P<kana>{'|'.join(_IN_KANA)}))"
    "(?:ほど|くらい)?(?:を|だけ)?"
    "(?:(?:増や|ふや|足|たし|追加|加え|描き足|い|増え|書き足)(?:して|て|で)?|入れて|いれて|描いて|"
    "ほしい|欲しい|プラス|お願い)?"
)
_MANY_MORE = re.compile("(?P<what>[^、をが]{1,10}?)(?:増やして|ふやして|増量)")


def parse_one_more(words: str) -> tuple[str, str] | None:
    """Return the thing of which there shall be more, and how many more: ("ロボット", "1体").

    Returns None if the words ask for none. The thing is empty where it is not named.
    """
    if (match := _MANY_MORE.fullmatch(words)) and morphology.is_noun_phrase(match["what"]):
        return match["what"], "たくさん"
    match = _ONE_MORE.fullmatch(words)
    if match is None:
        return None
    what = match["what"] or ""
    after = words[match.end("what") :][:1]
    if after == "も" and morphology.ends_in_noun(what + after, 1):
        what += after  # 「子どももう一人」
    if what and not morphology.is_noun_phrase(what):
        return None
    return what, _IN_KANA.get(match["kana"] or "") or _counted(match["number"], match["counter"])


def _counted(number: str, counter: str) -> str:
    count = int(number) if number.isdecimal() else _ORDINAL[number]
    return f"{count}{_USUAL.get(counter, counter)}"
