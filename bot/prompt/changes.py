"""Words about a picture that is there: 「さっきのを夜にして」, 「猫を犬に変えて」.

A sentence is taken apart at its marks; each part says one thing, or is made of steering words
(「横長で」, 「水彩画に」). Where a sentence might as well be a wish of its own, it is a change only
if it speaks of the picture or of something in its prompt: see `Change.fits`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot import japanese
from bot.prompt.asking import plain_order
from bot.prompt.describing import is_colour
from bot.prompt.grammar import MARKS, NUMERAL
from bot.prompt.one_of import STATES, one_of
from bot.prompt.reading import Reading, read

_PICTURE = "絵|画像|イラスト|写真|作品|やつ|もの"
_LAST = "さっき|さきほど|先ほど|先程"
_REFERENCE = re.compile(
    rf"^(?:(?:{_LAST}|この|その|あの|今|いま|前|最後|"
    rf"直前)(?:の)?(?:{_PICTURE})の(?:中の)?(?=.{{1,20}}[をは])"
    rf"|(?:(?:{_LAST}|今|いま|前|最後|直前)の(?:{_PICTURE})?|(?:この|その|あの)(?:{_PICTURE})|"
    rf"これ|それ)"
    rf"(?:を|は|も|で|、| |と同じ(?:感じ|構図|絵)?で)[、 ]*(?:もとに|元に)?[、 ]*"
    rf"|(?:(?:{_LAST}|今|いま|前|最後|直前)(?:の(?:{_PICTURE})?)?と)?同じ"
    rf"(?:感じ|構図|雰囲気|ポーズ|の|{_PICTURE})(?:の(?:{_PICTURE}))?(?:のまま)?[、 ]?[をで][、 ]?"
    rf"|そのまま(?:で[、 ]?|[、 ])"
    rf"|(?:{_LAST})の)"
)
_MAKE = (
    "(?:して|変えて|かえて|替えて|代えて|変更して|チェンジして|入れ替えて|置き換えて|描き替えて|"
    "描き変えて|"
    "なおして|直して|仕上げて|寄せて|増やして|ふやして|減らして|へらして)"
)
_KIND_WORDS = re.compile(  # at the end: 〜ください, 〜ほしいな, 〜くれますか
    r"(?:みて)?(?:ください(?:ませんか|ますか)?|下さい|ほしい|欲しい|いただけますか|もらえますか|"
    r"もらえる|"
    r"くれますか|くれませんか|くれない|くれる|くれ|ちょうだい|お願い(?:します|できますか)?)?"
    r"(?:です|な|ね|よ|かな)*$"
)
_MADE = re.compile(f"{_MAKE}$")
_LONGEST_CONTROL = 24  # characters
_MORE = re.compile(
    "^(?:もっと|もう少し|もうすこし|もうちょっと|もうちょい|も少し|さらに|ちょっと|ちょい|少し|"
    "すこし|"
    "だいぶ|かなり|若干)(?:だけ)?[ 、]?"
)
_SWAP = re.compile(
    rf"^(?P<what>.{{1,20}}?)(?:を|は|だけ)(?P<into>.{{1,20}}?)(?:に{_MAKE}?|(?P<ku>く){_MAKE}?)$"
)
_REMOVE = re.compile(
    "^(?P<what>.{1,20}?)(?:を|は)?(?:消して|けして|なくして|無くして|取って|とって|取り除いて|"
    "除いて|外して|"
    "はずして|抜いて|削除(?:して)?|なしに(?:して)?)$"
)
_ADD = re.compile(
    "^(?P<what>.{1,30}?)(?:を|も)(?:追加(?:して)?|足して|たして|加えて|くわえて|入れて|いれて|"
    "つけて|"
    "付けて|描き足して|描き加えて|描いて足して|置いて|乗せて|のせて|かぶせて|着せて|持たせて|"
    "降らせて|咲かせて|飛ばせて|飛ばして|浮かべて|散らして|散りばめて|並べて)$"
)
_INSTEAD = re.compile(  # 「犬じゃなくて猫にして」
    rf"^(?P<what>.{{1,12}}?)(?:じゃ|では)な(?:くて|く|いで)(?P<into>.{{1,12}}?)"
    rf"(?:に{_MAKE}?|で|(?:の(?:方|ほう))?がいい|を描いて)?$"
)
_MAKE_IT = re.compile("^(?P<into>[^をがに]{1,12}?)させて$")  # 「もっとキラキラさせて」
_AFTER_ALL = re.compile("^(?:やっぱり?|やはり|じゃあ|では)[、 ]?")
_GROUND = re.compile("^背景は(?P<into>.{1,20}?)で?$")
_BECOME = re.compile(rf"^(?P<into>.{{1,15}}?)(?:に{_MAKE}|(?P<ku>く){_MAKE})$")
_BECOME_MORE = re.compile(rf"^(?P<into>.{{1,15}}?)(?:に{_MAKE}?|で|(?P<ku>く){_MAKE}?)$")
_FEELING = re.compile("(?:な|の)?(?:感じ|雰囲気|ふんいき|イメージ)$")
_WHOLE = re.compile(f"^(?:全体|全部|{_PICTURE}|これ|それ)$")
# What every picture has, named in its prompt or not. True: it stands for words of its own, 「冬」,
# 「3匹」; else it is described, 「青い髪」.
ATTRIBUTES = {
    **dict.fromkeys(
        (
            "背景",
            "空",
            "髪",
            "髪型",
            "服",
            "服装",
            "目",
            "瞳",
            "表情",
            "雰囲気",
            "構図",
            "光",
            "床",
            "壁",
            "地面",
        ),
        False,
    ),
    **dict.fromkeys(
        (
            "色",
            "色合い",
            "季節",
            "時間",
            "時間帯",
            "天気",
            "天候",
            "場所",
            "舞台",
            "位置",
            "数",
            "形",
            "向き",
        ),
        True,
    ),
}
_OF_A_THING = re.compile(  # 「車の色を」 is 「車を」, 「女の子の髪を」 「髪を」
    rf"^(?P<of>.+?)の?(?:色|色合い|数|位置|場所|形|向き)$|^.+の(?P<part>{'|'.join(ATTRIBUTES)})$"
)
_MANY = re.compile("^(?:(?P<what>.{1,20}?)を)?(?:もっと|さらに)?(?:増やして|ふやして)$")
_MIRROR = re.compile(f"^左右(?:を|は)?(?:逆|反対|入れ替え|反転)(?:に)?(?:{_MAKE}|して|て)?$")
_NO_PICTURE = re.compile(f"^(?:{_PICTURE}|一緒|今|自由)$")
_HINT = re.compile(
    rf"(?<!描い)て|^やっぱ|^やはり|じゃなく|ではなく|[くに]でき|同じ|[にく](?=$|[{MARKS}])|{_REFERENCE.pattern}|"
    rf"もっと|もう少し|もうすこし|もうちょ|ちょい|さらに|感じ|"
    "追加|削除|なしに|^背景[はを]"
)

Kind = Literal["swap", "become", "add", "remove", "mirror", "about"]


@dataclass(frozen=True)
class Step:
    """One thing to change. what: of the picture; into: what it becomes, as it is to be written.

    "mirror": left is right. "about" changes nothing, but names what the rest is about:
    「富士山を浮世絵風に」.
    """

    kind: Kind
    what: str = ""
    into: str = ""


@dataclass(frozen=True)
class Change:
    """What a sentence wants to be otherwise.

    refers: it speaks of a picture, 「さっきの」. wishes: what its steering words said; as of a text
    without a subject. loose: parts that are no change in themselves, to be added as they are.
    """

    refers: bool
    steps: tuple[Step, ...]
    wishes: Reading
    loose: tuple[str, ...] = ()

    def fits(self, prompt: str) -> bool:
        """Whether the sentence, which names no picture, can mean the one with this prompt."""
        if self.loose:
            return False
        return all(
            it.kind not in {"swap", "about"} or it.what in prompt or it.what in ATTRIBUTES
            for it in self.steps
        )


def may_change(text: str) -> bool:
    """Whether it is worth a closer look: quick, and true of every sentence with a change in it
    but those that are nothing but steering words."""
    return bool(_HINT.search(text))


def change(text: str) -> Change | None:
    """The change that a cleaned text asks for; None when it is a wish of its own. Never raises."""
    refers = _REFERENCE.match(text) is not None
    return _parse(text, loosely=refers)


def parse(text: str) -> Change:
    """The text as a change whatever it says: for who was asked what to change, or quotes."""
    found = _parse(text, loosely=True)
    assert found is not None
    return found


def _parse(text: str, *, loosely: bool) -> Change | None:
    """loosely: a part that is no change is one more thing to add; else the whole is none."""
    again = _AFTER_ALL.match(text) is not None
    text = re.sub(r"((?:じゃ|では)な(?:くて|く|いで))[、 ]", r"\1", _AFTER_ALL.sub("", text))
    rest = _REFERENCE.sub("", text, count=1)
    refers = rest != text
    steps: list[Step] = []
    controls: list[str] = []
    loose: list[str] = []
    for part in re.split(rf"[{MARKS}]+", rest):
        if not part:
            continue
        words = plain_order(_KIND_WORDS.sub("", part) or part)
        if control := _control(part, words):
            controls.append(control)
        elif (match := _SWAP.match(words)) and (
            control := _control(f"{match['into']}{match['ku'] or 'に'}")
        ):
            steps.append(Step("about", match["what"]))
            controls.append(control)
        elif step := _step(words, refers=refers) or (_after_all(words) if again else None):
            steps.append(step)
        elif loosely:
            loose.append(part)
        else:
            return None
    return Change(refers, tuple(steps), read("、".join(controls)), tuple(loose))


def _control(*forms: str) -> str | None:
    """The part in the form in which it is nothing but steering words, if there is one."""
    variants = [
        it for form in forms for it in (form, _MORE.sub("", form), _MADE.sub("", form)) if it
    ]
    return next((it for it in dict.fromkeys(variants) if _is_control(it)), None)


def _is_control(words: str) -> bool:
    return len(words) <= _LONGEST_CONTROL and read(words).problem == "only_controls"


def _step(words: str, *, refers: bool) -> Step | None:
    more = _MORE.match(words)
    if match := _INSTEAD.match(words):
        return Step("swap", match["what"], match["into"])
    if _MIRROR.match(words):
        return Step("mirror")
    if match := _MANY.match(words):
        what = _named(match["what"] or "数")
        return Step("become", into="たくさん") if what == "数" else Step("swap", what, "たくさん")
    if match := _ADD.match(words):
        return Step("add", match["what"])
    if match := _REMOVE.match(words):
        return Step("remove", match["what"])
    bare = words[more.end() :] if more else words
    if match := _SWAP.match(bare):
        into = _written(_MORE.sub("", match["into"]), match["ku"])
        if _WHOLE.match(match["what"]):
            return Step("become", into=into)
        return Step("swap", _named(match["what"]), into)
    if match := _GROUND.match(bare):
        return Step("swap", "背景", match["into"])
    if match := (_BECOME_MORE if more or refers else _BECOME).match(bare):
        into = _written(match["into"], match["ku"])
        subject = re.sub(f"の(?:{_PICTURE})$", "", into)
        if subject != into and not refers:
            return None  # 「犬の絵にして」 is a wish
        if not _NO_PICTURE.match(subject) and not re.fullmatch(NUMERAL, subject):
            return Step("become", into=subject)
    if (more or refers) and (match := _MAKE_IT.match(bare)):
        return Step("become", into=match["into"])
    if more and (found := _FEELING.search(bare)):
        return Step("become", into=bare[: found.start()])
    return None


def _after_all(words: str) -> Step | None:
    """「やっぱり緑で」: only of what a picture is one of; 「やっぱり犬で」 may be a wish."""
    found = re.fullmatch("(?P<into>.{1,10}?)(?:で|がいい|の?(?:方|ほう)がいい)", words)
    if found and (one_of(found["into"], STATES) or is_colour(found["into"])):
        return Step("become", into=found["into"])
    return None


def _named(what: str) -> str:
    """What is meant by a thing's colour, number or place: the thing. 「車の色」 -> 「車」."""
    if what in ATTRIBUTES or not (found := _OF_A_THING.match(what)):
        return what
    return found["part"] or found["of"]


def _written(into: str, ku: str | None) -> str:
    """As it stands in a prompt: 「明るく」 -> 「明るい」, 「静かな感じ」 -> 「静か」."""
    if ku is None:
        return _FEELING.sub("", into) or into
    found = japanese.words(into + "く")
    return into + ("い" if found and found[-1].kind in {"形容詞", "助動詞", "接尾辞"} else "く")
