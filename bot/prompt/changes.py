"""Words about a picture that is there: 「さっきのを夜にして」, 「猫を犬に変えて」.

A sentence is taken apart at its marks; each part says one thing, or is made of steering words
(「横長で」, 「水彩画に」). Where a sentence might as well be a wish of its own, it is a change only
if it speaks of the picture or of something in its prompt: see `Change.fits`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from bot import japanese
from bot.prompt.cleaning import MAX_PROMPT
from bot.prompt.grammar import MARKS, NUMERAL
from bot.prompt.reading import Reading, read
from bot.prompt.styles import only_styles

_PICTURE = "絵|画像|イラスト|写真|作品|やつ|もの"
_LAST = "さっき|さきほど|先ほど|先程"
_REFERENCE = re.compile(
    rf"^(?:(?:{_LAST}|この|その|あの|今|いま|前|最後|直前)(?:の)?(?:{_PICTURE})の(?:中の)?(?=.{{1,20}}[をは])"
    rf"|(?:(?:{_LAST}|今|いま|前|最後|直前)の(?:{_PICTURE})?|(?:この|その|あの)(?:{_PICTURE})|これ|それ)"
    rf"(?:を|は|も|で|、| |と同じ(?:感じ|構図|絵)?で)[、 ]*(?:もとに|元に)?[、 ]*"
    rf"|(?:{_LAST})の)"
)
_MAKE = (
    "(?:して|変えて|かえて|替えて|代えて|変更して|チェンジして|入れ替えて|置き換えて|描き替えて|描き変えて|"
    "なおして|直して|仕上げて|寄せて)"
)
_KIND_WORDS = re.compile(  # at the end: 〜ください, 〜ほしいな, 〜くれますか
    r"(?:みて)?(?:ください(?:ませんか|ますか)?|下さい|ほしい|欲しい|いただけますか|もらえますか|もらえる|"
    r"くれますか|くれませんか|くれない|くれる|くれ|ちょうだい|お願い(?:します|できますか)?)?"
    r"(?:です|な|ね|よ|かな)*$"
)
_MADE = re.compile(f"{_MAKE}$")
_LONGEST_CONTROL = 24  # characters
_MORE = re.compile(
    "^(?:もっと|もう少し|もうすこし|もうちょっと|さらに|ちょっと|少し|すこし|だいぶ|かなり)[ 、]?"
)
_SWAP = re.compile(
    rf"^(?P<what>.{{1,20}}?)(?:を|は|だけ)(?P<into>.{{1,20}}?)(?:に{_MAKE}?|(?P<ku>く){_MAKE}?)$"
)
_REMOVE = re.compile(
    "^(?P<what>.{1,20}?)(?:を|は)?(?:消して|けして|なくして|無くして|取って|とって|取り除いて|除いて|外して|"
    "はずして|抜いて|削除(?:して)?|なしに(?:して)?)$"
)
_ADD = re.compile(
    "^(?P<what>.{1,30}?)(?:を|も)(?:追加(?:して)?|足して|たして|加えて|くわえて|入れて|いれて|増やして|つけて|"
    "付けて|描き足して|描き加えて|描いて足して|置いて|乗せて|のせて|かぶせて|着せて|持たせて)$"
)
_BECOME = re.compile(rf"^(?P<into>.{{1,15}}?)(?:に{_MAKE}|(?P<ku>く){_MAKE})$")
_BECOME_MORE = re.compile(rf"^(?P<into>.{{1,15}}?)(?:に{_MAKE}?|(?P<ku>く){_MAKE}?)$")
_FEELING = re.compile("(?:な|の)?(?:感じ|雰囲気|ふんいき|イメージ)$")
_WHOLE = re.compile(f"^(?:全体|全部|{_PICTURE}|これ|それ)$")
# What every picture has, named in its prompt or not.
_ATTRIBUTES = frozenset(
    [
        *("背景", "空", "色", "色合い", "髪", "髪型", "髪の色", "服", "服装", "目", "瞳", "目の色"),
        *("表情", "季節", "時間", "時間帯", "天気", "構図", "場所", "舞台", "雰囲気", "光", "床"),
        *("壁", "地面"),
    ]
)
_COLOURS = (
    "赤|青|黄|緑|黒|白|灰|茶|紫|桃|金|銀|橙|紺|水|虹|ピンク|オレンジ|グレー|ブルー|レッド|グリーン|"
    "イエロー|ゴールド|シルバー"
)
_COLOUR = re.compile(f"^(?:(?:{_COLOURS})(?:色)?|.{{1,6}}色)$")
_NO_PICTURE = re.compile(f"^(?:{_PICTURE}|一緒|今|自由)$")
# Of these, a picture shows one: 「朝の富士山」 and 「夜にして」 make 「夜の富士山」.
_ONE_OF = tuple(
    tuple(group.split())
    for group in (
        "夜明け 早朝 朝 昼間 昼 夕方 夕暮れ 夕焼け 深夜 真夜中 夜",
        "春 夏 秋 冬",
        "晴れ 快晴 曇り 雨 雪 嵐 霧",
        "明るい 暗い",
        "大きい 大きな 小さい 小さな",
        "新しい 古い",
        "若い 老いた",
        "暖かい 寒い",
        "派手 地味",
    )
)

_HINT = re.compile(
    rf"(?<!描い)て|[にく](?=$|[{MARKS}])|{_REFERENCE.pattern}|もっと|もう少し|もうちょっと|さらに|感じ|"
    "追加|削除|なしに"
)

Kind = Literal["swap", "become", "add", "remove", "about"]


@dataclass(frozen=True)
class Step:
    """One thing to change. what: of the picture; into: what it becomes, as it is to be written.

    "about" changes nothing, but names what the rest is about: 「富士山を浮世絵風に」.
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
            it.kind not in {"swap", "about"} or it.what in prompt or it.what in _ATTRIBUTES
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
    rest = _REFERENCE.sub("", text, count=1)
    refers = rest != text
    steps: list[Step] = []
    controls: list[str] = []
    loose: list[str] = []
    for part in re.split(rf"[{MARKS}]+", rest):
        if not part:
            continue
        words = _KIND_WORDS.sub("", part) or part
        if control := _control(part, words):
            controls.append(control)
        elif (match := _SWAP.match(words)) and (
            control := _control(f"{match['into']}{match['ku'] or 'に'}")
        ):
            steps.append(Step("about", match["what"]))
            controls.append(control)
        elif step := _step(words, refers=refers):
            steps.append(step)
        elif loosely:
            loose.append(part)
        else:
            return None
    return Change(refers, tuple(steps), read("、".join(controls)), tuple(loose))


def apply(wanted: Change, old: Reading) -> Reading:
    """The old wish, changed. Its `problem` is "too_long" when it grew beyond MAX_PROMPT."""
    prompt, negatives = old.prompt, [it for it in old.negative.split("、") if it]
    said = wanted.wishes
    if said.styles:  # another style takes the place of the one there was
        kept = [it for it in _segments(prompt) if not only_styles(it)]
        prompt = "、".join([*kept, *said.styles])
    for step in wanted.steps:
        prompt = _apply(step, prompt, negatives)
    for words in wanted.loose:
        subject = read(words)
        prompt = _append(prompt, subject.prompt or words)
        said = _merged(said, subject)
    for it in said.negative.split("、"):
        if it and it not in negatives:
            negatives.append(it)
        prompt = "、".join(part for part in _segments(prompt) if part != it) or prompt
    size = (said.width, said.height) if said.width else (old.width, old.height)
    changed = replace(
        old,
        prompt=prompt,
        negative="、".join(negatives),
        count=said.count if said.count > 1 else old.count,
        width=size[0],
        height=size[1],
        seed=old.seed if said.seed is None else said.seed,
        styles=said.styles or old.styles,
        effort=said.effort or old.effort,
        fidelity=said.fidelity or old.fidelity,
        strength=old.strength if said.strength is None else said.strength,
    )
    return replace(changed, prompt="", problem="too_long") if len(prompt) > MAX_PROMPT else changed


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
    if match := _ADD.match(words):
        return Step("add", match["what"])
    if match := _REMOVE.match(words):
        return Step("remove", match["what"])
    bare = words[more.end() :] if more else words
    if match := _SWAP.match(bare):
        into = _written(_MORE.sub("", match["into"]), match["ku"])
        if _WHOLE.match(match["what"]):
            return Step("become", into=into)
        return Step("swap", match["what"], into)
    if match := (_BECOME_MORE if more or refers else _BECOME).match(bare):
        into = _written(match["into"], match["ku"])
        subject = re.sub(f"の(?:{_PICTURE})$", "", into)
        if subject != into and not refers:
            return None  # 「犬の絵にして」 is a wish
        if not _NO_PICTURE.match(subject) and not re.fullmatch(NUMERAL, subject):
            return Step("become", into=subject)
    if more and (found := _FEELING.search(bare)):
        return Step("become", into=bare[: found.start()])
    return None


def _written(into: str, ku: str | None) -> str:
    """As it stands in a prompt: 「明るく」 -> 「明るい」, 「静かな感じ」 -> 「静か」."""
    if ku is None:
        return _FEELING.sub("", into) or into
    found = japanese.words(into + "く")
    return into + ("い" if found and found[-1].kind in {"形容詞", "助動詞", "接尾辞"} else "く")


def _apply(step: Step, prompt: str, negatives: list[str]) -> str:
    if step.kind == "about":
        return prompt
    if step.kind == "add":
        if step.what in negatives:
            negatives.remove(step.what)
        return _append(prompt, step.what)
    if step.kind == "remove":
        if step.what not in negatives:
            negatives.append(step.what)
        return "、".join(it for it in _segments(prompt) if it != step.what) or prompt
    if step.kind == "become":
        return _become(prompt, step.into)
    what, into = step.what, step.into
    if into in negatives:
        negatives.remove(into)
    described = _described(into, what)
    if what in _ATTRIBUTES:
        first, *others = _segments(prompt)
        return "、".join([first, *(it for it in others if what not in it), described])
    if what not in prompt:
        if what not in negatives:
            negatives.append(what)
        return _append(prompt, into)
    if described.endswith(what) and described != into:
        coloured = re.compile(rf"(?:(?:{_COLOURS})(?:色の|色い|い|の))?{re.escape(what)}")
        return coloured.sub(lambda _: described, prompt, count=1)
    return prompt.replace(what, into)


def _described(into: str, what: str) -> str:
    """What a thing becomes, with its name if it stays that thing: 「青い背景」, 「犬」."""
    if into.endswith("い") and japanese.words(into)[-1].kind == "形容詞":
        return f"{into}{what}"
    if into in {"赤", "青", "黒", "白"}:
        return f"{into}い{what}"
    if what in _ATTRIBUTES or _COLOUR.match(into):
        return into if into.endswith(what) else f"{into}の{what}"
    return into


def _become(prompt: str, into: str) -> str:
    for group in _ONE_OF:
        if into not in group:
            continue
        for other in group:
            if other == into:
                continue
            if other.endswith(("い", "な", "た")) and other in prompt:
                return prompt.replace(other, into, 1)
            if f"{other}の" in prompt:
                return prompt.replace(f"{other}の", f"{into}の", 1)
            if other in _segments(prompt):
                return "、".join(into if it == other else it for it in _segments(prompt))
    if into in prompt and into.endswith("い") and f"とても{into}" not in prompt:
        return prompt.replace(into, f"とても{into}", 1)  # 「もっと明るく」, a second time
    return _append(prompt, into)


def _append(prompt: str, words: str) -> str:
    return prompt if words in _segments(prompt) else f"{prompt}、{words}"


def _segments(prompt: str) -> list[str]:
    return [it for it in re.split("[、,]", prompt) if it]


def _merged(said: Reading, more: Reading) -> Reading:
    """What the steering words of two parts said together; the later ones count."""
    return replace(
        said,
        negative="、".join(filter(None, (said.negative, more.negative))),
        count=more.count if more.count > 1 else said.count,
        width=more.width or said.width,
        height=more.height or said.height,
        seed=said.seed if more.seed is None else more.seed,
        styles=more.styles or said.styles,
        effort=more.effort or said.effort,
        fidelity=more.fidelity or said.fidelity,
    )
