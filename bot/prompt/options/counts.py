"""How many pictures are asked for: 「4枚」, 「とりあえず2、3枚ほど」, 「絵を2つ」."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.prompt.japanese import morphology
from bot.prompt.japanese.grammar import (
    BOUNDARY_AFTER,
    COUNT_NUMERAL,
    MARK_OR_PARTICLE_BEFORE,
    MARKS,
    POLITE_ENDING,
    SEAM,
    last_segment,
    numeral_value,
)
from bot.prompt.options.media import medium_of
from bot.prompt.options.shapes import PICTURE_SUFFIX
from inference.request import MAX_COUNT

_KANA = {"いち": 1, "に": 2, "さん": 3, "よん": 4}
_THINGS = {"ひと": 1, "ふた": 2, "みっ": 3, "よっ": 4}
# What leads up to a number and says nothing of the picture: 「りんごをまとめて4枚」. The first of
# them stand behind any noun, the others only where something begins: 「時計2枚」 has no 「計」.
_LEADS = (
    "あともう|もうあと|あと|もう(?:少し|すこし|ちょっと)?|さらに|更に|追加で|とりあえず|取りあえず|とりま|全部で|ぜんぶで|"
    "合計で?|まとめて|一度に|いちどに|一気に|いっきに|いっぺんに|一遍に|同時に|ひとまず|ためしに|試しに|ぜひ|是非|"
    "最低(?:でも|限)?|最大で?|少なくとも|せめて|できれば|できたら|できるだけ|なるべく|だいたい|大体|せっかく(?:なので|だから)"
)
_LEADS_APART = (
    f"{_LEADS}|追加|プラス|計|約|およそ|トータルで?|最高で?|"
    "まず(?:は)?|次(?:に|は)|つぎ(?:に|は)|今度は|最後に|続けて|つづけて|引き続き|ひきつづき|立て続けに|連続で|"
    "いっそ|ちょうど|きっかり|ぴったり|たった|わずか|ほんの|例えば|たとえば|"
    "せっかく|ついでに|いったん|一旦|やっぱり?|じゃあ?|それじゃあ?|それなら|では|ほんなら|ほな|また|再度"
)
_LEAD = (
    rf"(?:(?P<apart>{MARK_OR_PARTICLE_BEFORE}(?:(?:{_LEADS_APART})){{1,3}}+)"
    rf"|(?P<lead>(?:{_LEADS})))?"
)
_TO = "(?:(?:枚|まい)?(?:[~〜ー−]|か|から|or|または|もしくは)|(?:枚|まい)?、|-|,(?![0-9]{3}))"
_RANGE = (  # 「2、3枚」 is three
    rf"(?:(?<![一二三四五六七八九十百千万A-Za-z:/])(?P<from>[1-9一二三四五])(?P<to>{_TO}))?"
)
_NUMBER = rf"(?:[×x] ?|[-−](?=[0-9]))?(?P<count>{COUNT_NUMERAL}) ?"
_UNIT = "(?:枚|まい|mai(?![a-z])|パターン|案|通り|バリエーション|バージョン)"
_IN_KANA = (
    rf"(?:{MARK_OR_PARTICLE_BEFORE}(?P<kana>いち|に|さん|よん|ご|ろく|なな|はち|きゅう|じゅう)まい"
    "|(?<=[一-鿿ァ-ヺー])(?P<joined>いち|に|よん|ご|ろく|なな|はち)まい)"
)
_SOME = f"{MARK_OR_PARTICLE_BEFORE}(?P<some>数枚|何枚か|なんまいか)"
_SOME_LED = "(?(apart)|(?(lead)|(?!)))(?P<some_led>数枚|何枚か|なんまいか)"
_OF_PICTURES = (  # 「猫の絵を2つ」
    "(?:(?<=の絵)|(?<=の絵を)|(?<=イラスト)|(?<=イラストを)|(?<=画像)|(?<=画像を)) ?"
    "(?P<things>[1-9]|[一二三四五六七八九]|ひと|ふた|みっ|よっ)(?:つ|点|個)"
)
_ABOUT = "(?:ずつ|づつ|ほど|くらい|ぐらい|程度|前後|以上|以内|以下|まで|だけ|ばかり|分)?"
_MORE = "(?:追加|おかわり|プラス|同じ(?:の|もの|やつ|感じ)[をで]?|(?:別|違う)の[をで]?)?"
_SHOW = "(?:して|出して|だして|どうぞ|よろ|ヨロ|[見み]たい(?:です|なあ?)?)?"
_MAY_I = (  # 「あと2枚いけますか」
    "(?:(?:は|って|とか)?(?:(?:いけ|でき|出来)(?:る|ます|ません|そう)|(?:いい|ええ|良い|よい|大丈夫|可能|OK|オッケー)"
    "(?:です|でしょう)?|どう(?:です)?)(?:かな|かね|か|の|ん)?)?"
)
COUNT = re.compile(
    rf"{_LEAD}(?:(?<![0-9.第])(?<![一二三四五六七八九十](?=[一二三四五六七八九十])){_RANGE}{_NUMBER}{_UNIT}"
    r"|(?:(?<=[,、])|(?<=[,、] ))(?P<pictures>[1-9]) (?:pictures?|images?|pics?|versions?)(?![a-z])"
    rf"|{_IN_KANA}|{_SOME}|{_SOME_LED}|{_OF_PICTURES})"
    rf"{_ABOUT}{_MORE}{_SHOW}{_MAY_I}{PICTURE_SUFFIX}{POLITE_ENDING}{BOUNDARY_AFTER}"
)
# Things that are themselves counted in 枚: 「花びら5枚」 is one picture.
_FLAT_THINGS = re.compile(
    "(?:花びら|花弁|(?<![千言四三つ秋])葉|葉っぱ|もみじ|紅葉|落ち葉|(?<![0-9一二三四五六七八九十])羽|羽根|翼|皿|お皿|紙|布|板|窓|"
    "扉|(?<![華微遠眼])鏡|札|お札|シャツ|着物|浴衣|コイン|硬貨|カード|トランプ|かるた|切手|はがき|ハガキ|ハンカチ|タオル|毛布|"
    "布団|座布団|畳|瓦|せんべい|煎餅|(?<![ァ-ヺー])パン|トースト|クッキー|ピザ|パンケーキ|ホットケーキ|チョコ|チョコレート|海苔|"
    "チケット|レコード|旗|帆|DVD|CD)[をがはに]? ?$"
)


class Taken(NamedTuple):
    """What a match of COUNT says: the number of pictures, or None, and what stays in the text."""

    pictures: int | None
    rest: str


def read_count(match: re.Match[str]) -> Taken:
    """Return what a match of COUNT asks for; nothing if it counts things in the picture."""
    before = match.string[: match.start()]
    lead = match["lead"] or ""
    stays = lead if lead and not _follows_noun(last_segment(before), lead) else ""
    if not (lead or match["apart"]) and _counts_things(before):
        return Taken(None, match[0])
    first = match["from"] or ""
    if first and not _is_range(match):
        stays += first + match["to"]
    return Taken(_number(match), stays + SEAM)


def _follows_noun(before: str, lead: str) -> bool:
    """Return whether words begin where a noun ends: 「りんご|あと」, not 「足あと」."""
    return morphology.is_word_start(before + lead, len(before)) and morphology.ends_in_noun(
        before, 1
    )


def _counts_things(before: str) -> bool:
    """Return whether what stands before a number is itself counted in 枚, and no medium."""
    if _FLAT_THINGS.search(before[-12:]) is None:
        return False
    noun = re.split(f"[{MARKS}]", before.rstrip()[-40:])[-1].rstrip("をがはに")
    _, joint, medium = noun.rpartition("の")
    return not (joint and medium_of(medium))  # 「星空の壁紙2枚」


def _is_range(match: re.Match[str]) -> bool:
    """Return whether the two numbers of a match are a range: 「2、3枚」, not 「16:9、4枚」."""
    first, last = match["from"], match["count"]
    distance = numeral_value(last, 0) - numeral_value(first, 0)
    if not 0 < distance < (2 if match["to"] in {"、", ",", "-"} else MAX_COUNT):
        return False
    before = last_segment(match.string[: match.start("from")])
    return first.isdecimal() or (
        not last.isdecimal() and morphology.is_word_start(before + first, len(before))
    )  # 「耳なし芳一、三枚」


def _number(match: re.Match[str]) -> int:
    if kana := match["kana"] or match["joined"]:
        return _KANA.get(kana, MAX_COUNT + 1)
    if things := match["things"]:
        return _THINGS.get(things) or numeral_value(things, MAX_COUNT + 1)
    numeral = match["count"] or match["pictures"]
    return numeral_value(numeral, MAX_COUNT + 1) if numeral else 3
