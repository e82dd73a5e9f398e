"""Parts steering words from what runs into them, as dictated texts do: 「うさぎ水彩横長二枚」.

Whoever speaks to a phone types no marks. From the end of a sentence such words are taken one by one
as long as each begins where a word begins, and 「描いて」 before them ends the sentence.
"""

from __future__ import annotations

import re
from functools import cache

from bot.prompt.japanese import morphology
from bot.prompt.japanese.grammar import COUNT_NUMERAL, MARKS, POLITE_ENDING, REQUEST_PHRASE, SEAM
from bot.prompt.japanese.morphology import Word
from bot.prompt.options.styles import style_words

_SHAPE = "横長|縦長|正方形|真四角|よこなが|たてなが|横画面|縦画面|16:9|9:16|4:3|3:4|1:1"
_MANNER = (
    "(?:なるべく|できるだけ)?(?:早めに|速めに|急ぎで|急いで|大急ぎで|丁寧に|ていねいに|きれいに|"
    "じっくり|"
    "ざっくり|忠実に|自由に|おまかせで)"
)
_ABSENT = (
    "(?:人物|人|文字|背景|ロゴ|影|動物|建物)(?:(?:は|も)?(?:なし|無し|抜き)(?:で)?"
    "|[はをも]?(?:入れないで|いれないで|描かないで|いらない|要らない|不要|消して))"
)
_SEED = "(?:シード|しーど|seed)(?:値)?[はを:]? ?[0-9]{1,10}"
_END = rf"(?:{POLITE_ENDING}|にしてください|でよろしく)(?:{REQUEST_PHRASE})?[よね]?"
_UNIT = re.compile(
    rf"(?:(?P<count>{COUNT_NUMERAL} ?(?:枚|まい)(?:ほど|くらい|ぐらい|だけ)?)"
    rf"|{_SHAPE}|{_MANNER}|{_ABSENT}|{_SEED}){_END}"
)
_AND = re.compile("(?:あと|それと|それから|そして|さらに)$")
_ENDS_IN_REQUEST = re.compile(rf"(?:{REQUEST_PHRASE}|あと|それと|それから|そして|さらに)$")
_FILLER = re.compile(
    "^(?:え(?:ー+っ?|っ|えっ?)と(?:ですね[ー]*|[ーね]*)|あの[ーう]+|うーんと?|んーと?|"
    "そうだなあ?|それじゃあ?|そんじゃあ?|んじゃあ?|じゃあ|じゃ(?=次)|ほんなら|ほんじゃ|ほな|"
    "そしたら|っ?ていうか|てゆう?ー?か|てか(?=[一-龠ァ-ヶ、])|つーか|ところで|そういえば|"
    "それより)、?(?=[^ー])"
)
_ASKED_FIRST = re.compile(  # 「…描いてくれるのでしょうかでは菊の花を」, dictated without a mark
    "^(?=.{0,60}(?:[描書か]い|[描書か]け|使|でき|出来|お願い|頼|絵|話しかけ))[^、。]{4,80}?"
    "(?:(?:でしょう|です|ます|ません|るの|んの|いい|ない)か(?:ね|な)?|(?:でしょう|です|だ)けど|"
    "(?:です|ます|ました))"
    "[、。?？ ]?"
    "(?:それでは|それじゃあ?|では|じゃあ?|ほんなら|ほな|でしたら|そしたら|なら)[、 ]?(?=.{2})"
)
_NEXT = re.compile(  # 「次ラーメン」
    "^(?:ついでに|ついでで(?:悪い|わるい)けど、?)(?=.{2})|^(?:次|つぎ)(?:[、 !！]+|は(?!何|なに|"
    "いつ|どう|どこ|誰|だれ|ある|ぎ)|の(?:絵|お題)は、?"
    "|(?=[ァ-ヶー]{2}))(?=.)"
)
_ENDS_IN_UNIT = re.compile(
    f"(?:(?:枚|まい)(?:ほど|くらい|ぐらい|だけ)?で?|(?:{_SHAPE}|なし)で?|[画絵風調彩]で)$"
)
_OTHER_LETTERS = re.compile(
    f"(?<=[ぁ-ゖー])(?={_SHAPE}|[水油色鉛浮切版線絵漫写墨日]..?.?.?[でに])[一-鿿0-9]"
)
_MODIFIES = re.compile(
    "(?:[のなをにはがもへやか]|もっと|とても|少し|すこし|ちょっと|やや|かなり|すごく|なるべく|"
    "できるだけ|より)$"
)
_HINT = re.compile("[枚長形面:早速急寧忠自なぬ抜無シしs風調で水油絵画いくりに]")
_MAX_TAIL_CHARS = 60
_MAX_UNITS = 8


def separate_run_ons(text: str) -> str:
    """Return a cleaned text with a seam before each steering word that runs into what is before it.

    Fillers at its beginning, 「えっと」, 「次」, are left out.
    """
    text = _ASKED_FIRST.sub("", text)
    parts = re.split(f"([{MARKS}]+)", _NEXT.sub("", _without_filler(text)))
    parts[::2] = [_joined_by_no().sub(_part_by_seam, part) for part in parts[::2]]
    parts[::2] = [_separate(part, is_first=index == 0) for index, part in enumerate(parts[::2])]
    return "".join(parts)


def _part_by_seam(match: re.Match[str]) -> str:
    return f"{match['unit']}で{SEAM}"


def _without_filler(text: str) -> str:
    filler = _FILLER.match(text)
    if filler is None:
        return text
    rest = text[filler.end() :]
    if filler[0].endswith("ね"):  # 「えっとねぎ描いて」 asks for 「ねぎ」
        first = morphology.tokenize(f"ね{rest[:16]}")[0]
        rest = f"ね{rest}" if first.end > 1 and first.part_of_speech in {"名詞", "動詞"} else rest
    return rest


def _separate(segment: str, *, is_first: bool) -> str:
    if len(segment) < 4 or not _HINT.search(segment):
        return segment
    tail = segment[-_MAX_TAIL_CHARS:]
    head = segment[: len(segment) - len(tail)]
    words = morphology.tokenize(tail)
    units: list[str] = []
    while len(units) < _MAX_UNITS and (start := _last_unit(tail, words, is_first=not units)):
        units.insert(0, tail[start:].rstrip("よね"))
        tail = _without_and(tail[:start], words, may_be_all=not is_first)
        words = [word for word in words if word.end <= len(tail)]
    while (
        units
        and (match := _UNIT.fullmatch(units[0]))
        and match["count"]
        and not _ENDS_IN_REQUEST.search(tail)
    ):
        tail += units.pop(0)  # 「紅葉2枚」 may be in the picture
    return head + SEAM.join([tail, *units])


def _without_and(tail: str, words: list[Word], *, may_be_all: bool) -> str:
    """Return the text without the word that joins what follows: 「猫 あと」, not 「足あと」."""
    joint = _AND.search(tail)
    if joint is None or not (joint.start() or may_be_all):
        return tail
    return tail[: joint.start()] if any(word.start == joint.start() for word in words) else tail


def _last_unit(tail: str, words: list[Word], *, is_first: bool) -> int:
    """Return where the last steering word begins. Returns 0 if there is none, or nothing else."""
    for index in range(len(words) - 1, 0, -1):
        start = words[index].start
        before = tail[:start]
        after_unit = _ENDS_IN_UNIT.search(before) is not None
        if not (
            after_unit
            or words[index - 1].part_of_speech in {"名詞", "接尾辞"}
            or _ENDS_IN_REQUEST.search(before)
            or _begins_in_kanji(tail, start, words[index - 1])
        ):
            continue  # 「めっちゃきれいに」, 「元の写真に忠実に」
        if _UNIT.fullmatch(tail, start):
            return start
        style = _style().fullmatch(tail, start)
        longer = _style().fullmatch(tail, words[index - 1].start)
        if style and longer:  # 「色鉛筆風」
            style, start = longer, words[index - 1].start
        if style and (style["like"] or style["by"] or not is_first or after_unit):
            return start  # 「うさぎ水彩2枚」, not 「壁の油絵」
    return 0


def _begins_in_kanji(tail: str, start: int, before: Word) -> bool:
    """Return whether a word begins where kanji follow hiragana: 「どーなつ横長」, whatever that is.

    Not after what may describe it: 「もっと横長」, 「まるい正方形」.
    """
    describes = before.part_of_speech in {"形容詞", "連体詞"} and before.text.endswith(("い", "な"))
    return (
        _OTHER_LETTERS.match(tail, start) is not None
        and not describes
        and not _MODIFIES.search(tail[:start])
    )


@cache
def _joined_by_no() -> re.Pattern[str]:
    """Match each steering word before 「の」 and another: 「横長の水彩画で」."""
    words = "|".join(sorted(map(re.escape, style_words()), key=len, reverse=True))
    style = rf"(?:{words})(?:画?風|調|っぽい|タッチ)?"
    count = rf"{COUNT_NUMERAL} ?(?:枚|まい)"
    end = rf"(?:(?:で|に)(?:して)?(?:{count})?)?{POLITE_ENDING}(?:{REQUEST_PHRASE})?"
    return re.compile(
        rf"(?:^|(?<=[をでにはが]))(?P<unit>{_SHAPE}|(?!写真|しゃしん|フォト){style})の"
        rf"(?=(?:(?:{_SHAPE}|{style})の){{0,2}}(?:{_SHAPE}|{style}|{count}){end}[よねな]?$)"
    )


@cache
def _style() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, style_words()), key=len, reverse=True))
    return re.compile(
        rf"(?:{words})(?P<like>画?風|調|っぽく|タッチ)?(?P<by>(?:で|に)"
        rf"(?:して)?)?(?:{REQUEST_PHRASE})?"
    )
