"""Rules of what is said in English about pictures: what each phrase is in Japanese.

A rule is a pattern that matches a whole part of a sentence, and what to put in its place.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
NUMBER = f"(?:[0-9]{{1,3}}|{'|'.join(_NUMBERS)})"
PICTURES = "(?:pictures?|images?|versions?|variations?|copies|copy|drawings?|paintings?|pics?)"
_SHAPES = {
    **dict.fromkeys(("landscape", "wide", "horizontal", "landscape format"), "横長"),
    **dict.fromkeys(("portrait", "tall", "vertical", "portrait format"), "縦長"),
    "square": "正方形",
}
_SHAPE = "|".join(sorted(_SHAPES, key=len, reverse=True))
_PLACES = {"top left": "左上", "top right": "右上", "bottom left": "左下", "bottom right": "右下"}
_PLACES |= {
    name.replace("top", "upper").replace("bottom", "lower"): at for name, at in _PLACES.items()
}
_ORDINALS = {
    "first": "1番目",
    "second": "2番目",
    "third": "3番目",
    "fourth": "4番目",
    "last": "最後の",
}
_ONE = "(?: (?:one|picture|image|pic))?"
_LIKE_IT = "(?: (?:is (?:the )?(?:best|good|nice|great|lovely|my favourite)|please))?"


@cache
def phrases() -> dict[str, dict[str, str]]:
    """Return the tables of english.toml: what a phrase is in Japanese, by kind."""
    text = files("bot.prompt.translation").joinpath("english.toml").read_text("utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    return {name: dict(words) for name, words in table.items()}


def _word(words: str) -> str:
    """Return what a word or phrase is in Japanese, or itself."""
    bare = re.sub(r"^(?:the|an?|some|it|more|much|very) ", "", words.strip())
    table = phrases()
    known = next((table[name][bare] for name in ("looks", "things") if bare in table[name]), None)
    if known is None and " " in bare:  # 「a red hat」
        first, _, rest = bare.partition(" ")
        colour, thing = table["looks"].get(first), table["things"].get(rest)
        known = f"{colour}の{thing}" if colour and thing else None
    return known or bare


def count(number: str) -> int:
    """Return the value of a number in digits or one of the words that NUMBER matches."""
    return int(number) if number.isdecimal() else _NUMBERS[number]


def _style(words: str) -> str | None:
    return phrases()["styles"].get(re.sub("^(?:an?|the) ", "", words))


_STYLE_FRAMES = re.compile(
    r"(?:(?:make it|draw it|paint it|do it|"
    r"turn (?:it|this|that|the photo|my photo)(?: picture| photo)? into|as|in|like|use)"
    "(?: (?:an?|the))?"
    r"(?: style of)?(?: an?)? )?(?P<style>[a-z0-9 -]{2,24}?)(?:[ -]style| painting)?"
)
_Rules = tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]
_W = "(?P<w>[a-z ]{2,24})"
_CONTROLS: _Rules = (  # also beside the thing to paint
    (
        re.compile(rf"(?:make (?:it|them) )?(?P<n>{NUMBER}) {PICTURES}(?: of (?:it|that))?"),
        lambda m: f"{count(m['n'])}枚",
    ),
    (
        re.compile(rf"(?:make it |in )?(?P<s>{_SHAPE})(?: (?:shape|format|mode))?"),
        lambda m: f"{_SHAPES[m['s']]}で",
    ),
    (
        re.compile(
            "(?:no|without any|without|remove|delete the|take away the|get rid of the|with no|"
            rf"don't show) {_W}"
        ),
        lambda m: f"{_word(m['w'])}なし",
    ),
    (
        re.compile(rf"(?:to use |use it |it's )?(?:for|as) (?:(?:my|an?|the) )?{_W}"),
        lambda m: phrases()["purposes"].get(m["w"], ""),
    ),
)
MORE = re.compile(  # "two more", "can I have another 3?"
    r"(?:(?:(?:give|show|make|paint|draw|get|send)(?: me)?|(?:can|could|may) i (?:have|get|see)|"
    r"let's (?:see|have)|plus|and) )?"
    rf"(?:(?P<n>{NUMBER}|an? (?:couple|few)) (?:more|others?|extra|additional)|"
    rf"another (?P<m>{NUMBER}))(?: {PICTURES}| ones?)?"
    r"(?: (?:of|like) (?:it|this|that|these|those|them|the same)(?: one)?)?"
)
_FEW = {"couple": 2, "few": 3}


def more(match: re.Match[str]) -> str:
    """Return the order for as many more as a match of MORE says."""
    number = match["n"] or match["m"]
    return f"あと{_FEW.get(number.rpartition(' ')[2]) or count(number)}枚"


AGAIN = re.compile(  # "make it again", "do it over"
    "(?:(?:make|do|paint|draw|try|generate)(?: (?:it|that|this|one|the same(?: one| picture)?))? )?"
    "(?:(?:all )?over again|again|once more|one more time)|(?:do|start)(?: (?:it|that|this))? over|"
    "another|same again|re(?:do|draw|make|paint|generate|roll|try)(?: (?:it|that|this))?"
)
_TEXT = "(?:the )?(?:text|letters|words|lettering)"
_TEXT_PLACES = {
    **_PLACES,
    **{
        "top": "上",
        "bottom": "下",
        "left": "左",
        "right": "右",
        "middle": "真ん中",
        "center": "真ん中",
    },
}
_CHANGES: _Rules = (  # of a picture, where nothing else is named
    (
        re.compile(rf"(?:move |put )?{_TEXT} (?:to|at|in) the (?P<p>{'|'.join(_TEXT_PLACES)})"),
        lambda m: f"文字を{_TEXT_PLACES[m['p']]}にして",
    ),
    (
        re.compile(rf"(?:make |write )?{_TEXT} (?:in |to )?{_W}"),
        lambda m: become(m["w"]) and f"文字を{become(m['w'])}",
    ),
    (
        re.compile("(?:go )?back to the (?:four|4)(?: pictures)?|show (?:me )?the four again"),
        lambda _: "さっきの4枚に戻して",
    ),
    (
        re.compile("(?:with )?(?P<w>bigger|larger|smaller) (?:text|letters|words|lettering)"),
        lambda m: f"文字を{become(m['w'])}",
    ),
    (re.compile("(?:go )?back to the (?:original )?photo"), lambda _: "元の写真に戻して"),
    (re.compile("enlarge(?: it| this| that)?"), lambda _: "きれいに仕上げて"),
    (re.compile("hurry(?: up)?|be quick|faster"), lambda _: "まだ?"),
    (MORE, more),
    (AGAIN, lambda _: "もう一度"),
    (re.compile("refine(?: it| this| that)?|finish it"), lambda _: "きれいに仕上げて"),
    (re.compile("four of (?:it|them|this|that)"), lambda _: "4枚で"),
    (re.compile("(?:show |tell )?(?:me )?(?:the )?details"), lambda _: "くわしく"),
    (
        re.compile(rf"(?:the )?(?P<p>{'|'.join(_PLACES)}){_ONE}{_LIKE_IT}"),
        lambda m: f"{_PLACES[m['p']]}の",
    ),
    (
        re.compile(rf"(?:the )?(?P<o>{'|'.join(_ORDINALS)}){_ONE}{_LIKE_IT}"),
        lambda m: _ORDINALS[m["o"]],
    ),
    (
        re.compile(rf"(?:number|no\.?|#) ?(?P<n>[1-4]|one|two|three|four){_LIKE_IT}"),
        lambda m: f"{count(m['n'])}番",
    ),
    (
        re.compile(
            "(?:undo|revert|go back|change it back)"
            "(?: (?:that|it|the change|to the (?:last|previous) one))?"
            "|i (?:liked|preferred) the (?:previous|last|old|first) one(?: better)?"
            "|the previous one was better"
        ),
        lambda _: "元に戻して",
    ),
    (
        re.compile(rf"(?:add|put|give (?:it|him|her|them)|with) (?:in )?{_W}"),
        lambda m: f"{_word(re.sub(' (?:to|in|on) it$', '', m['w']))}を追加して",
    ),
    (
        re.compile(rf"(?:make|turn|paint) the (?P<t>[a-z]{{2,16}}) (?:to |into )?{_W}"),
        lambda m: f"{_word(m['t'])}を{become(m['w']) or _word(m['w']) + 'にして'}",
    ),
    (
        re.compile(
            r"(?:change|replace|swap) (?:the )?(?P<t>[a-z]{2,16}) "
            rf"(?:to|into|with|by|for) {_W}"
        ),
        lambda m: f"{_word(m['t'])}を{_word(m['w'])}にして",
    ),
    (re.compile("(?:a )?(?P<w>[a-z]{2,16}) version"), lambda m: f"{_word(m['w'])}バージョン"),
    (
        re.compile("(?:an?|in|in an?)? ?(?:different|another|other) colou?rs?"),
        lambda _: "色違いで",
    ),
    (
        re.compile(
            "(?:(?:make it|have it|a bit|a little|much|even|in|at|from|facing|seen from) )*+"
            rf"{_W}"
        ),
        lambda m: become(m["w"]),
    ),
    (
        re.compile(rf"(?:make it|turn it into|change it to|change it into) {_W}"),
        lambda m: f"{_word(m['w'])}にして",
    ),
)


def become(words: str) -> str:
    """Return the change that a word alone asks for, such as "night", "bigger"; "" if none."""
    bare = re.sub(r"^(?:an?|the|more|some) ", "", words)
    looks = phrases()["looks"].get(bare)
    if looks is None:
        return ""
    return f"{looks[:-1]}くして" if looks.endswith("い") else f"{looks}にして"


def control(words: str) -> str | None:
    """Return what steers beside a thing to paint in Japanese, or None."""
    frame = _STYLE_FRAMES.fullmatch(words)
    if frame and (style := _style(frame["style"])):
        return f"{style}で"
    return _first(_CONTROLS, words)


def change(words: str) -> str | None:
    """Return what steers, or changes a picture, in Japanese, or None."""
    return control(words) or _first(_CHANGES, words)


def _first(rules: _Rules, words: str) -> str | None:
    for pattern, put in rules:
        if (match := pattern.fullmatch(words)) and (japanese := put(match)):
            return japanese
    return None
