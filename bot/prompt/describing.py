"""What a prompt says of a thing in it: its colour, its number, its side, its ground.

`described` says one more thing of it and takes away what it contradicts: of 「赤い大きな車」,
「青い」 leaves 「大きな青い車」.
"""

from __future__ import annotations

import re

from bot import japanese
from bot.japanese import Word
from bot.prompt.grammar import NUMERAL
from bot.prompt.one_of import STATES, being, one_of, segments

_COLOURS = (
    "赤|青|緑|黒|白|紫|紺|金|銀|朱|藍|黄緑|ピンク|オレンジ|グレー|ブルー|レッド|グリーン|イエロー|ゴールド|シルバー|"
    "ベージュ|ブラウン|ブラック|ホワイト|パープル|カラフル"
)
# Those that are things without 「色」: 水, 桃, 空.
_HUES = f"{_COLOURS}|黄|灰|茶|桃|橙|水|虹|空|肌|紅|赤茶|こげ茶|焦げ茶|クリーム|エメラルド"
_COLOUR = re.compile(
    rf"(?:真っ?|薄い?|濃い|明るい|暗い|淡い)?(?:(?:{_HUES})色|{_COLOURS}|真っ赤|真っ青|真っ白|真っ黒)|"
    "(?:赤|青|黒|白|黄色|茶色)(?=い)|虹色"
)
_COLOUR_BEING = re.compile(rf"(?<![一-鿿々ァ-ヶー])(?:{_COLOUR.pattern})(?:い|っぽい|の|な)")
_IS_COLOUR = re.compile(rf"(?:{_COLOUR.pattern})(?:い|っぽい|っぽ|の|な)?")

_COUNTER = "匹|頭|羽|人|つ|個|コ|本|台|輪|軒|隻|機|杯|冊|体|株|束|粒|棟|両|足|艘|名"
_MANY = "たくさん|大勢|いっぱい|複数|数匹|数人|数羽|数個|数本"
NUMBER = (
    rf"(?<![0-9一二三四五六七八九十第何数])(?:(?:{NUMERAL}) ?(?:{_COUNTER})|"
    rf"ひとり|ふたり|ひとつ|ふたつ|みっつ|よっつ|いつつ|{_MANY})(?![一-鿿々])"
)
_NUMBER = re.compile(NUMBER)
_DIRECTION = "左上|右上|左下|右下|左|右|中央|真ん中|まん中|手前|奥"
_SIDE = re.compile(rf"(?:画面の?)?(?:{_DIRECTION})(?:側|がわ|の方|のほう|の隅|の端|端|隅)?")
_SIDE_IN = re.compile(
    rf"(?<![一-鿿々])(?:{_SIDE.pattern})(?=に(?!行|な)|の(?!目|手|耳|足|翼|羽)|寄り|へ|を(?:向|見))"
)
_PICTURE = re.compile("絵|画像|イラスト|写真|作品|.*の絵")
_JOINT = re.compile("[とや、,]|そして")


def is_colour(word: str) -> bool:
    """Whether it is a colour, in any form: 「赤い」, 「ピンク」, 「真っ白」, 「水色」."""
    return _IS_COLOUR.fullmatch(word) is not None


def is_number(word: str) -> bool:
    """Whether it is a number of things: 「3匹」, 「ふたり」, 「たくさん」."""
    return re.fullmatch(rf"(?:{NUMBER})の?", word) is not None


def is_side(word: str) -> bool:
    """Whether it is a place in the picture: 「左」, 「画面の右側」."""
    return _SIDE.fullmatch(word) is not None


def is_state(word: str) -> bool:
    """Whether it describes a thing, which stays what it is: 「静か」, 「笑顔」, 「ふわふわ」."""
    words = japanese.words(word)
    plain = bool(words) and words[-1].kind in {"形容詞", "形状詞", "副詞"}
    return plain or is_colour(word) or one_of(word, STATES) is not None


# --- of the picture as a whole


def coloured(prompt: str, colour: str) -> str:
    """The prompt with another colour: of what it is of, if that is said to have one."""
    first, *others = segments(prompt)
    found = list(_COLOUR_BEING.finditer(first))
    on_things = [it for it in found if not re.match("背景|空|床|壁|地面|海", first[it.end() :])]
    joint = _JOINT.search(first)
    leading = [it for it in on_things if joint is None or it.start() < joint.start()]
    if match := next(iter((leading or on_things or found)[-1:]), None):
        first = first[: match.start()] + being(colour) + first[match.end() :]
    elif head := _head(first):
        first = described(first, head, colour)
    else:
        others = [*(it for it in others if not is_colour(it)), being(colour)]
    return "、".join(dict.fromkeys([first, *others]))


def numbered(prompt: str, number: str) -> str:
    """The prompt with another number of what it is of."""
    found = list(_NUMBER.finditer(prompt))
    same = [it for it in found if it[0][-1] == number[-1]]
    if match := next(iter(same or found), None):
        return prompt[: match.start()] + number + prompt[match.end() :]
    first = segments(prompt)[0]
    if head := _head(first):
        return _before(prompt, first.rindex(head), f"{number}の")
    return f"{prompt}、{number}"


def placed(prompt: str, side: str) -> str:
    """The prompt with what it is of on another side."""
    found = list(_SIDE_IN.finditer(prompt))
    if len(found) == 1:
        return prompt[: found[0].start()] + side + prompt[found[0].end() :]
    first, *others = segments(prompt)
    if not found and _head(first) and japanese.is_thing(first):
        return "、".join([f"{side}に{first}", *others])
    return f"{prompt}、{side}に"


def mirrored(prompt: str) -> str:
    """The prompt with left and right exchanged."""
    other = {"左": "右", "右": "左"}
    return _SIDE_IN.sub(lambda it: re.sub("[左右]", lambda at: other[at[0]], it[0]), prompt)


# --- of one thing in it


def described(prompt: str, what: str, words: str) -> str:
    """The prompt with a thing that is in it described so, or numbered, or on that side."""
    if is_number(words):
        thing = re.escape(what)
        near = re.compile(
            rf"(?P<before>{NUMBER})(?=の[^、と]{{0,8}}?{thing})|(?<={thing}[がをは])(?:{NUMBER})|"
            rf"(?<={thing})(?:{NUMBER})"
        )
        if near.search(prompt):
            return near.sub(words, prompt, count=1)
        return _before(prompt, _place(prompt, what), f"{words}の")
    if is_side(words):
        near = re.compile(rf"(?:{_SIDE_IN.pattern})(?=[にの][^、と]{{0,12}}?{re.escape(what)})")
        if near.search(prompt):
            return near.sub(words, prompt, count=1)
        after = re.compile(rf"(?<={re.escape(what)}[をが])(?:{_SIDE_IN.pattern})")
        if after.search(prompt):
            return after.sub(words, prompt, count=1)
        return _before(prompt, _place(prompt, what), f"{words}に")
    new, at = being(words), _place(prompt, what)
    end = prompt.index(what, at) + len(what)
    if is_colour(prompt[at : end - len(what)]) and is_colour(words):  # 「黒猫」
        return prompt[:at] + new + prompt[end - len(what) :]
    if told := re.match(r"[がはも]", prompt[end:]):  # 「髪が長い女の子」
        for chunk in _chunks(prompt, end + len(told[0])):
            if _against(prompt[slice(*chunk)], new):
                return prompt[: chunk[0]] + new + prompt[chunk[1] :]
            break
    before = [it for it in _chunks(prompt, 0) if it[1] <= at]
    start = at
    kept: list[str] = []
    for chunk in reversed(before):
        if chunk[1] != start:
            break
        start = chunk[0]
        if not _against(prompt[slice(*chunk)], new):
            kept.insert(0, prompt[slice(*chunk)])
    return prompt[:start] + "".join(kept) + new + prompt[at:]


def _against(old: str, new: str) -> bool:
    """Whether a thing cannot be both."""
    if is_colour(old) and is_colour(new):
        return True
    group = one_of(new)
    return old == new or (group is not None and one_of(old) is group)


def _chunks(prompt: str, start: int) -> list[tuple[int, int]]:
    """Where words stand that describe what follows: 「赤い」, 「静かな」, 「笑顔の」."""
    colours = [it.span() for it in _COLOUR_BEING.finditer(prompt, start)]
    words = [it for it in japanese.words(prompt) if it.start >= start]
    found = []
    for place, it in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else None
        if it.kind in {"形容詞", "連体詞"} and it.text.endswith(("い", "な")):
            found.append((it.start, it.end))
        elif following and following.text in {"な", "の"} and _is_state_word(it, following):
            found.append((it.start, following.end))
    found = [it for it in found if not any(a <= it[0] < b for a, b in colours)]
    return sorted([*colours, *found])


def _is_state_word(word: Word, following: Word) -> bool:
    if following.text == "な":
        return word.kind in {"形状詞", "名詞"}
    return word.kind in {"形状詞", "副詞"} or one_of(word.text, STATES) is not None


def _place(prompt: str, what: str) -> int:
    """Where the word begins that is a thing, or else in which it is: 「子猫」."""
    words = japanese.words(prompt)
    found = [it.start() for it in re.finditer(re.escape(what), prompt)]
    begins = {it.start for it in words}
    at = next((it for it in found if it in begins), found[0])
    return max(it for it in begins if it <= at)


def _head(first: str) -> str | None:
    """What a segment is of, where it is one thing: the nouns at its end."""
    if _JOINT.search(first):
        return None
    words = japanese.words(first)
    nouns: list[str] = []
    for it in reversed(words):
        if it.kind not in {"名詞", "接尾辞", "接頭辞"}:
            break
        nouns.insert(0, it.text)
    head = "".join(nouns)
    return None if not head or _PICTURE.fullmatch(head) or _NUMBER.search(head) else head


def _before(prompt: str, at: int, words: str) -> str:
    """The prompt with words before what describes the thing at this place."""
    for chunk in reversed([it for it in _chunks(prompt, 0) if it[1] <= at]):
        if chunk[1] != at:
            break
        at = chunk[0]
    return prompt[:at] + words + prompt[at:]
