"""Extracts what is to be left out of the picture: 「人物なし」, 「文字は入れないで」."""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology
from bot.prompt.japanese.grammar import (
    BOUNDARY_AFTER,
    MARK_BEFORE,
    MARK_OR_PARTICLE_BEFORE,
    MARKS,
    NUMERAL,
    POLITE_ENDING,
    REQUEST_PHRASE,
    SEAM,
)

# What people want left out. The first are understood even inside a run of characters, the second
# only after a blank, a mark or a particle; any other thing only if it stands alone and is a noun.
_UNWANTED = (
    "登場人物|人物|人間|人影|文字|もじ|テキスト|字幕|背景|ロゴ|透かし|ウォーターマーク|サイン|署名|作者名|"
    "タイトル|動物|建物|建造物|電線|電柱|フレーム|枠線"
)
_UNWANTED_APART = f"{_UNWANTED}|人|ひと|字|雪|雲|色|影|枠|車|木|花|傘|線"
_COMMON = re.compile(_UNWANTED_APART)
_WITHOUT = r"(?P<without>[もは]?(?:なし|無し|ナシ|抜き|ぬき|ヌキ|無(?=$|[" + MARKS + r"])))"
_PLEASE = (
    r"(?:ください|下さい|くださーい|くらさい|(?:ほし|欲し)い(?:です)?|お願いします|ね|な|よ)*+"
)
_DO_NOT = (
    r"(?:とか|なんか|など)?[をはもが]?"
    r"(?:(?:入れ|いれ|描か|書か|かか|えがか|出さ|写さ|うつさ|映さ|(?:写り|映り|うつり)こま|"
    r"(?:写り|映り)込ま|写ら|"
    r"映ら|うつら|付け|つけ|載せ|のせ)"
    rf"(?:なくても?(?:いい|ええ|大丈夫|OK)(?:です)?(?:から|ので|よ|わ)?|ないように(?:して)?|"
    rf"ないで|ず(?:に)?|んと[いっ]て(?:くれ(?:へん)?|な|や|ね)?|んで(?:ええ|いい|よか|な|ね)|"
    rf"へんで)"
    rf"{_PLEASE}"
    rf"|(?:含|ふく)(?:ま|め)(?:ない(?:で|ように(?:して)?)?|ず(?:に)?){_PLEASE}"
    rf"|(?:(?<![雪木線]を)除[くき]|除いた(?=形|感じ)|除外|排除)(?:形|感じ)?(?:して|する|で)?{_PLEASE}"
    rf"|(?:いらない|要らない|いりません|要りません|いらん|要らん|いらへん|不要|禁止|NG"
    rf"|なくて(?:も)?(?:いい|ええ|よい|OK|大丈夫))(?:です|から|ので|んで|ねん|で|けど|よ|わ|ね)*+"
    rf"|(?:消し|除い|省い|抜い|はずし|外し|やめ)て{_PLEASE})"
)
# Of the words above only: 「人物以外」 leaves out, 「人物以外なし」 does not.
_ALL_BUT = rf"以外(?:で|を)?{_PLEASE}"
_EXCEPT = "を?(?:除く|除いた|除外した|含まない|含めない)(?=[^ぁ-ん\\n])"  # 「人物を除く街」
_NEVER_CLEARED = re.compile(f"{_UNWANTED}|人|ひと|字")  # but 「雪を除く人」
# Of the words above only: 「人がいないやつ」 asks for it, 「水が入らないように」 may not.
_NOT_THERE = (
    rf"(?:[がのは](?:い|入ら|はいら)ない|[がのはも]?(?:おら(?:ん|ない|へん)|いーひん|いてへん|いやへん))"
    rf"(?:ように(?:して)?|ごと(?:して)?|やつ|方|ほう|感じ|状態)?(?:で|が(?:いい|よい|ええ)|"
    rf"に(?:して)?)?(?:です)?{_PLEASE}"
)
_AND = "あと(?=[一-鿿ァ-ヶ])"  # 「あと人はいらない」
_KNOWN = re.compile(
    rf"(?P<what>(?:{_UNWANTED}|{MARK_OR_PARTICLE_BEFORE}(?:{_AND})?(?:{_UNWANTED_APART}))(?:(?:とか|"
    rf"[とやも・])(?:{_UNWANTED_APART})){{0,9}}+)"
    rf"(?:{_WITHOUT}(?:で(?:お願いします|お願い|(?:大丈夫|いい|結構|けっこう|OK)(?:です)?)?|"
    rf"にして|の|(?=[^ぁ-ん]|$|{REQUEST_PHRASE}))|(?:{_DO_NOT}|{_NOT_THERE}|{_ALL_BUT}){BOUNDARY_AFTER}"
    rf"|(?P<excepted>{_EXCEPT}))"
)
_ALONE = re.compile(
    rf"{MARK_BEFORE}(?:{_AND})?(?P<what>[^{MARKS}]{{1,14}}?)(?:{_WITHOUT}{POLITE_ENDING}|{_DO_NOT}){BOUNDARY_AFTER}"
)
_SO_THAT_IT_IS = re.compile(rf"に(?:して|変えて|かえて)(?=$|[{MARKS}])")
_INSTEAD = re.compile(
    rf"{MARK_BEFORE}(?P<what>[^{MARKS}]{{1,8}}?)(?:じゃ|では)な(?:くて(?!も|いい|よい|OK|大丈夫)|"
    rf"く(?!て)|いで)"
    rf"[、 ]?(?=[^{MARKS}])"
)
# Words that only look like 「〜なし」 or 「〜抜き」: 名無し, 洋なし, 栓抜き. Many a dictionary has
# them apart, so they are named here beside what the analyser knows.
_WHOLE_WORDS = {
    *("名", "底", "宿", "家", "根", "首", "耳", "顔", "カオ", "種", "袖", "文", "洋", "和", "西洋"),
    *("栓", "釘", "毛", "息", "手", "骨", "型", "居", "生", "書", "染", "横", "勝", "油", "山"),
    *("文句", "遠慮", "容赦", "際限", "切れ目", "ガス", "すっぱ", "素っ破", "ごぼう", "おいしい"),
}
# 「他の人はいらない」: nobody can draw that. Nor is 「人物以外いらない」 a wish without them.
_OTHERS = ("他", "ほか", "別の", "それ以外", "これ")
_PARTICLES = re.compile("[をにがは]")
# What ends before the thing: 「猫3匹|人は入れないで」, 「油絵の|の赤い車はいらない」.
_RUN_ON = re.compile(rf"(?P<stays>.+の)の|(?P<counted>.+?{NUMERAL}(?:匹|頭|羽|台|個|枚))(?=.)")
_HAS_TRIGGER = re.compile(
    "なし|無し|ナシ|抜き|ぬき|ヌキ|ない|ず|んと|んで|へんで|いりません|要りません|いらん|要らん|"
    "不要|禁止|NG|なくて|て|除[くきい外]|排除|[含ふ]く?[まめ]"
)


def extract_common(text: str, negatives: list[str]) -> str:
    """Extract what is often left out, wherever it stands. Appends it to `negatives`."""

    def take(match: re.Match[str]) -> str:
        if match["without"] and match["what"] in _WHOLE_WORDS:
            return match[0]
        things = re.findall(_UNWANTED_APART, match["what"])
        if match["excepted"] and not all(map(_NEVER_CLEARED.fullmatch, things)):
            return match[0]
        _add_new(negatives, things)
        return SEAM

    return _KNOWN.sub(take, text)


def extract_any(text: str, negatives: list[str], *, but_first: bool = False) -> str:
    """Extract any other thing that stands alone with its 「なし」. Appends it to `negatives`.

    but_first: the first of them stays in the text.
    """
    if not _HAS_TRIGGER.search(text):
        return text

    def take(match: re.Match[str]) -> str:
        nonlocal but_first
        what, without = match["what"], match["without"]
        stays, what = _split_run_on(what)
        things = re.split("[とや・]|とか", what)
        if without and things[-1].rpartition("の")[2] in _WHOLE_WORDS:  # 「祭りと栓抜き」
            return match[0]
        if without and not morphology.is_word_start(match[0], len(stays + what)):
            return match[0]  # 「赤い栓抜き」
        if not morphology.is_word_start(f"{what}なし", len(what)):  # it is said back like that
            return match[0]
        if all(morphology.is_noun_phrase(thing) for thing in things):
            head = ""
        elif morphology.is_noun_phrase(what):
            head, things = "", [what]
        else:  # 「海を船なしで」: the thing begins after a particle
            head, particle, tail = _last_thing(what)
            if not morphology.is_noun_phrase(tail) or (without and tail in _WHOLE_WORDS):
                return match[0]
            head, things = head + particle, [tail]
        if things[0].startswith(_OTHERS) or things[-1].endswith("以外"):
            return match[0]
        if but_first:
            but_first = False
            return match[0]
        _add_new(negatives, things)
        return stays + head + SEAM

    return _ALONE.sub(take, text)


def extract_replaced(text: str, negatives: list[str]) -> str:
    """Extract what something else replaces: 「雨じゃなくて雪の京都」. Appends it to `negatives`."""

    def take(match: re.Match[str]) -> str:
        if not morphology.is_noun_phrase(match["what"]):
            return match[0]
        _add_new(negatives, [match["what"]])
        return ""

    rest = _INSTEAD.sub(take, text)
    return rest if rest == text else _SO_THAT_IT_IS.sub("", rest)


def in_usual_order(negatives: list[str]) -> list[str]:
    """Return them in the order in which they are found in one text: what is common first."""
    return sorted(negatives, key=lambda thing: _COMMON.fullmatch(thing) is None)


def _split_run_on(what: str) -> tuple[str, str]:
    """Return what stands before the thing that is left out, and the thing."""
    match = _RUN_ON.match(what)
    if match is None or not morphology.is_noun_phrase(what[match.end() :]):
        return "", what
    if match["counted"] and not morphology.is_noun_phrase(match["counted"]):
        return "", what
    return match["stays"] or match["counted"], what[match.end() :]


def _last_thing(text: str) -> tuple[str, str, str]:
    """Return what stands before the last particle, the particle, and what follows.

    Returns empty strings if there is no particle.
    """
    positions = [match.start() for match in _PARTICLES.finditer(text)]
    if not positions:
        return "", "", ""
    last = positions[-1]
    return text[:last], text[last], text[last + 1 :]


def _add_new(negatives: list[str], things: list[str]) -> None:
    negatives += [thing for thing in things if thing not in negatives]
