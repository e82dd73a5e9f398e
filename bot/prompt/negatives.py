"""What shall not be in the picture: 「人物なし」, 「文字は入れないで」, 「赤い車はいらない」."""

from __future__ import annotations

import re

from bot import japanese
from bot.prompt.grammar import AFTER, APART, ASK, BEFORE, MARKS, POLITE, SEAM

# What people want left out. The first are understood even inside a run of characters, the second
# only after a blank, a mark or a particle; any other thing only if it stands alone and is a noun.
_UNWANTED = (
    "登場人物|人物|人間|人影|文字|もじ|テキスト|字幕|背景|ロゴ|透かし|ウォーターマーク|サイン|署名|"
    "タイトル|動物|建物|建造物|電線|電柱|フレーム|枠線"
)
_UNWANTED_APART = f"{_UNWANTED}|人|ひと|字|雪|雲|色|影|枠|車|木|花|傘|線"
_WITHOUT = r"(?P<without>[もは]?(?:なし|無し|ナシ|抜き|ぬき|ヌキ|無(?=$|[" + MARKS + r"])))"
_PLEASE = r"(?:ください|下さい|くださーい|くらさい|(?:ほし|欲し)い(?:です)?|お願いします|ね|な|よ)*"
_DO_NOT = (
    r"(?:とか|なんか|など)?[をはもが]?"
    r"(?:(?:入れ|いれ|描か|書か|かか|えがか|出さ|写さ|うつさ|映さ|(?:写り|映り|うつり)こま|"
    r"(?:写り|映り)込ま|写ら|"
    r"映ら|うつら|付け|つけ|載せ|のせ)"
    rf"(?:なくても?(?:いい|ええ|大丈夫|OK)(?:です)?(?:から|ので|よ|わ)?|ないように(?:して)?|"
    rf"ないで|ず(?:に)?|んと[いっ]て(?:くれ(?:へん)?|な|や|ね)?|んで(?:ええ|いい|よか|な|ね)|"
    rf"へんで)"
    rf"{_PLEASE}"
    rf"|(?:いらない|要らない|いりません|要りません|いらん|要らん|いらへん|不要|禁止|NG"
    rf"|なくて(?:も)?(?:いい|ええ|よい|OK|大丈夫))(?:です|から|ので|んで|ねん|で|けど|よ|わ|ね)*"
    rf"|(?:消し|除い|省い|抜い|はずし|外し|やめ)て{_PLEASE})"
)
# Of the words above only: 「人がいないやつ」 asks for it, 「水が入らないように」 may not.
_NOT_THERE = (
    rf"[がのは](?:い|入ら|はいら)ない(?:ように(?:して)?|やつ|方|ほう)?(?:で|が(?:いい|よい)|"
    rf"に)?(?:です)?{_PLEASE}"
)
_KNOWN = re.compile(
    rf"(?P<what>(?:{_UNWANTED}|{BEFORE}(?:{_UNWANTED_APART}))(?:(?:とか|"
    rf"[とやも・])(?:{_UNWANTED_APART}))*)"
    rf"(?:{_WITHOUT}(?:で(?:お願いします|お願い|(?:大丈夫|いい|結構|けっこう|OK)(?:です)?)?|"
    rf"にして|の|(?=[^ぁ-ん]|$|{ASK}))|(?:{_DO_NOT}|{_NOT_THERE}){AFTER})"
)
_ALONE = re.compile(rf"{APART}(?P<what>[^{MARKS}]{{1,14}}?)(?:{_WITHOUT}{POLITE}|{_DO_NOT}){AFTER}")
_SO_THAT_IT_IS = re.compile(rf"に(?:して|変えて|かえて)(?=$|[{MARKS}])")
_INSTEAD = re.compile(
    rf"{APART}(?P<what>[^{MARKS}]{{1,8}}?)(?:じゃ|では)な(?:くて(?!も|いい|よい|OK|大丈夫)|"
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
_OTHERS = ("他", "ほか", "別の", "それ以外", "これ")  # 「他の人はいらない」: nobody can draw that
_PARTICLES = re.compile("[をにがは]")
_HAS_TRIGGER = re.compile(
    "なし|無し|ナシ|抜き|ぬき|ヌキ|ない|ず|んと|んで|へんで|いりません|要りません|いらん|要らん|"
    "不要|禁止|NG|なくて|て"
)


def take_known(text: str, found: list[str]) -> str:
    """Take out what is often left out, wherever it stands."""

    def take(match: re.Match[str]) -> str:
        if match["without"] and match["what"] in _WHOLE_WORDS:
            return match[0]
        _note(found, re.findall(_UNWANTED_APART, match["what"]))
        return SEAM

    return _KNOWN.sub(take, text)


def take_any(text: str, found: list[str]) -> str:
    """Take out any other thing that stands alone with its 「なし」."""
    if not _HAS_TRIGGER.search(text):
        return text

    def take(match: re.Match[str]) -> str:
        what, without = match["what"], match["without"]
        things = re.split("[とや・]|とか", what)
        if without and (what in _WHOLE_WORDS or not japanese.splits_at(match[0], len(what))):
            return match[0]
        if all(japanese.is_thing(it) for it in things):
            head = ""
        elif japanese.is_thing(what):
            head, things = "", [what]
        else:  # 「海を船なしで」: the thing begins after a particle
            head, particle, tail = _last_thing(what)
            if not tail or not japanese.is_thing(tail):
                return match[0]
            head, things = head + particle, [tail]
        if things[0].startswith(_OTHERS):
            return match[0]
        _note(found, things)
        return head + SEAM

    return _ALONE.sub(take, text)


def take_instead(text: str, found: list[str]) -> str:
    """Take out what something else shall stand for: 「雨じゃなくて雪の京都」."""

    def take(match: re.Match[str]) -> str:
        if not japanese.is_thing(match["what"]):
            return match[0]
        _note(found, [match["what"]])
        return ""

    rest = _INSTEAD.sub(take, text)
    return rest if rest == text else _SO_THAT_IT_IS.sub("", rest)


def _last_thing(text: str) -> tuple[str, str, str]:
    """What stands before the last particle, the particle, and what follows; "", "", "": none."""
    found = [it.start() for it in _PARTICLES.finditer(text)]
    return (text[: found[-1]], text[found[-1]], text[found[-1] + 1 :]) if found else ("", "", "")


def _note(found: list[str], things: list[str]) -> None:
    found += [it for it in things if it not in found]
