"""Puts what is said in English about pictures into the words that the reader knows.

For chats that chose English: "make it night" is 「夜にして」, "2 more" 「あと2枚」. The thing to
paint stays as it was written, and so do words that this module does not know.

One module, though a long one: its rules and the words that they share are one grammar.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

_MAX_CHARS = 200
_ANY_COMMAND = re.compile("(?:show me|draw|paint)(?: it| that)?")
_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_NUMBER = f"(?:[0-9]{{1,3}}|{'|'.join(_NUMBERS)})"
_PICTURES = "(?:pictures?|images?|versions?|variations?|copies|copy|drawings?|paintings?|pics?)"
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
_POLITE = re.compile(
    r"^(?:(?:please|now|ok(?:ay)?|and|but|actually|no),? |(?:can|could|would) you |"
    r"i(?:'d| would) like (?:you )?(?:to )?|(?:i|let's) want (?:you )?(?:to )?)+",
)
_END = re.compile(r",? (?:please|thanks|thank you|instead|now|too|as well)$|(?<![.!?])[.!?]++$")
_DRAW = re.compile(
    r"^(?:(?:please|can you|could you|would you) )*(?:draw|paint|make|create|generate|show|give)"
    r"(?: me)? (?:a |an )?(?:picture|painting|drawing|image) of |"
    r"^(?:(?:please|can you|could you|would you) )*(?:draw|paint)(?: me)? |"
    r"^(?:i(?:'d| would) like|i want)(?: you to draw)? (?:an? )?"
    r"(?:picture|painting|drawing|image) of ",
    re.IGNORECASE,
)

_ORDER = re.compile(
    r"(?:(?:please|can you|could you|would you|will you|i want you to|i'd like you to),? ){0,3}"
    r"(?:draw|paint|sketch)(?: me| us)? (?:an?|the|my|our|his|her|your|some|two|three|four|[1-9]) ",
    re.IGNORECASE,
)


@cache
def _words() -> dict[str, dict[str, str]]:
    text = files("bot.prompt.translation").joinpath("english.toml").read_text("utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    return {name: dict(words) for name, words in table.items()}


def _word(words: str) -> str:
    """Return what a word or phrase is in Japanese, or itself."""
    bare = re.sub(r"^(?:the|an?|some|it|more|much|very) ", "", words.strip())
    table = _words()
    known = next((table[name][bare] for name in ("looks", "things") if bare in table[name]), None)
    if known is None and " " in bare:  # 「a red hat」
        first, _, rest = bare.partition(" ")
        colour, thing = table["looks"].get(first), table["things"].get(rest)
        known = f"{colour}の{thing}" if colour and thing else None
    return known or bare


def _count(number: str) -> int:
    return int(number) if number.isdecimal() else _NUMBERS[number]


def _style(words: str) -> str | None:
    return _words()["styles"].get(re.sub("^(?:an?|the) ", "", words))


_STYLE_FRAMES = re.compile(
    r"(?:(?:make it|draw it|paint it|do it|turn it into|as|in|like|use)(?: (?:an?|the))?"
    r"(?: style of)?(?: an?)? )?(?P<style>[a-z0-9 -]{2,24}?)(?:[ -]style| painting)?"
)
_ALWAYS = re.compile(r"(?:from now on |always ){1,2}(?:paint |draw )?(?P<how>[a-z0-9:' -]{2,32})")
_Rules = tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]
_W = "(?P<w>[a-z ]{2,24})"
_CONTROLS: _Rules = (  # also beside the thing to paint
    (
        re.compile(rf"(?:make (?:it|them) )?(?P<n>{_NUMBER}) {_PICTURES}(?: of (?:it|that))?"),
        lambda m: f"{_count(m['n'])}枚",
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
        lambda m: _words()["purposes"].get(m["w"], ""),
    ),
)
_MORE = re.compile(  # "two more", "can I have another 3?"
    r"(?:(?:(?:give|show|make|paint|draw|get|send)(?: me)?|(?:can|could|may) i (?:have|get|see)|"
    r"let's (?:see|have)|plus|and) )?"
    rf"(?:(?P<n>{_NUMBER}|an? (?:couple|few)) (?:more|others?|extra|additional)|"
    rf"another (?P<m>{_NUMBER}))(?: {_PICTURES}| ones?)?"
    r"(?: (?:of|like) (?:it|this|that|these|those|them|the same)(?: one)?)?"
)
_FEW = {"couple": 2, "few": 3}


def _more(match: re.Match[str]) -> str:
    number = match["n"] or match["m"]
    return f"あと{_FEW.get(number.rpartition(' ')[2]) or _count(number)}枚"


_SYNTAX = re.compile(  # of other tools, and what follows it: prompt.pasted reads that
    r"(?<![^ ,])(?:--[a-z]|-n[ =]?[0-9]|[x×] ?[2-4]$|[(\[{][^()\[\]{}]{1,80}:-?[0-9.]|"
    r"(?i:negative|neg|avoid|without|exclude|steps|sampler|cfg|seed|size|number|read as)"
    r"(?: [a-z]{1,10})? ?[:=]).*",
    re.DOTALL,
)
_COURTESY = re.compile(r"(?:please|pls|thanks|thank you)[.! ]*", re.IGNORECASE)
_AGAIN = re.compile(  # "make it again", "do it over"
    "(?:(?:make|do|paint|draw|try|generate)(?: (?:it|that|this|one|the same(?: one| picture)?))? )?"
    "(?:(?:all )?over again|again|once more|one more time)|(?:do|start)(?: (?:it|that|this))? over|"
    "another|same again|re(?:do|draw|make|paint|generate|roll|try)(?: (?:it|that|this))?"
)
_CHANGES: _Rules = (  # of a picture, where nothing else is named
    (_MORE, _more),
    (_AGAIN, lambda _: "もう一度"),
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
        lambda m: f"{_count(m['n'])}番",
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
        lambda m: f"{_word(m['t'])}を{_become(m['w']) or _word(m['w']) + 'にして'}",
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
        lambda m: _become(m["w"]),
    ),
    (
        re.compile(rf"(?:make it|turn it into|change it to|change it into) {_W}"),
        lambda m: f"{_word(m['w'])}にして",
    ),
)
_SEVERAL = re.compile(rf"(?P<n>{_NUMBER}) {_PICTURES} of (?P<what>.+)", re.IGNORECASE)
_AT_THE_END = re.compile(
    r"^(?P<what>.+) (?P<how>(?:in|as|for|without|with no) "
    r"(?:(?:my|an?|the|any) )?[A-Za-z' -]{2,24})"
)


def _without_end(text: str) -> str:
    """Return the text without marks and courtesies at its end, a few of them at most."""
    for _ in range(6):
        text, ends = _END.subn("", text)
        if not ends:
            break
    return text


def _become(words: str) -> str:
    """Return the change that a word alone asks for, such as "night", "bigger"; "" if none."""
    bare = re.sub(r"^(?:an?|the|more|some) ", "", words)
    looks = _words()["looks"].get(bare)
    if looks is None:
        return ""
    return f"{looks[:-1]}くして" if looks.endswith("い") else f"{looks}にして"


def is_order_to_draw(text: str) -> bool:
    """Return whether an English text orders one thing: "can you draw my garden", not "can you draw
    people", which asks what the bot can do."""
    return text.isascii() and len(text) <= _MAX_CHARS and _ORDER.match(text) is not None


def to_japanese(text: str, *, has_picture: bool = True) -> str:
    """Return a cleaned English text with what steers, changes and asks in Japanese.

    has_picture: whether there is a picture that "winter" alone may be about. Texts that are not in
    ASCII, and what no rule knows, stay. Never raises.
    """
    if not text.isascii() or len(text) > _MAX_CHARS:
        return text
    whole = _without_end(text.casefold().strip())
    if question := _words()["questions"].get(whole):
        return question
    if (syntax := _SYNTAX.search(text)) and syntax.start():
        said = to_japanese(text[: syntax.start()].rstrip(" ,"), has_picture=has_picture)
        return f"{said} {syntax[0]}"
    parts = [part.strip() for part in re.split("[,;\n]", text) if part.strip()]
    parts = [part for part in parts if not _COURTESY.fullmatch(part)] or parts
    changes = [_change(part, has_picture=has_picture) for part in parts]
    if all(changes):
        return "、".join(filter(None, changes))
    if len(parts) == 1 and _ANY_COMMAND.fullmatch(whole):
        return text
    wish = "、".join(filter(None, map(_part_of_wish, parts)))
    return wish if wish != "、".join(parts) else text


def more_in_japanese(text: str) -> str:
    """Return 「あと2枚」 for "two more", and 「もう一度」 for "make it again", in a chat of any
    language, or the text itself."""
    if not text.isascii() or len(text) > _MAX_CHARS:
        return text
    words = _POLITE.sub("", _without_end(text.casefold().strip()))
    if match := _MORE.fullmatch(words):
        return _more(match)
    return "もう一度" if _AGAIN.fullmatch(words) else text


def _control(words: str) -> str | None:
    frame = _STYLE_FRAMES.fullmatch(words)
    if frame and (style := _style(frame["style"])):
        return f"{style}で"
    return _first(_CONTROLS, words)


def _change(part: str, *, has_picture: bool) -> str | None:
    """Return a part of a sentence that is a change or steers, or None."""
    bare = _without_end(part.casefold())
    if not bare or (not has_picture and _become(bare)):
        return None
    for words in (bare, _POLITE.sub("", bare)):
        if always := _ALWAYS.fullmatch(words):
            how = _control(always["how"])
            return f"いつも{how}" if how else None
        if japanese := _control(words) or _first(_CHANGES, words):
            return japanese
    return None


def _part_of_wish(part: str) -> str:
    """Return a part of a wish with what steers in it in Japanese."""
    bare = _without_end(part.casefold())
    if japanese := _control(bare):
        return japanese
    part = _DRAW.sub("", part)
    if several := _SEVERAL.fullmatch(part):
        return f"{several['what']}、{_count(several['n'].casefold())}枚"
    if (end := _AT_THE_END.fullmatch(part)) and (how := _control(end["how"].casefold())):
        return f"{end['what']}、{how}"
    return part


def _first(rules: _Rules, words: str) -> str | None:
    for pattern, put in rules:
        if (match := pattern.fullmatch(words)) and (japanese := put(match)):
            return japanese
    return None
