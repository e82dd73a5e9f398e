"""Puts what is said in English about pictures into the words that the reader knows.

For chats that chose English: "make it night" is 「夜にして」, "2 more" 「あと2枚」. The thing to
paint stays as it was written, and so do words that this module does not know.

Here texts are parted, and courtesies left away; what a part is in Japanese say english_rules.
"""

from __future__ import annotations

import re

from bot.prompt.translation.english_rules import (
    AGAIN,
    MORE,
    NUMBER,
    PICTURES,
    become,
    change,
    control,
    count,
    more,
    phrases,
)

_MAX_CHARS = 200
_ANY_COMMAND = re.compile("(?:show me|draw|paint)(?: it| that)?")
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
_ALWAYS = re.compile(r"(?:from now on |always ){1,2}(?:paint |draw )?(?P<how>[a-z0-9:' -]{2,32})")
_SYNTAX = re.compile(  # of other tools, and what follows it: prompt.pasted reads that
    r"(?<![^ ,])(?:--[a-z]|-n[ =]?[0-9]|[x×] ?[2-4]$|[(\[{][^()\[\]{}]{1,80}:-?[0-9.]|"
    r"(?i:negative|neg|avoid|without|exclude|steps|sampler|cfg|seed|size|number|read as)"
    r"(?: [a-z]{1,10})? ?[:=]).*",
    re.DOTALL,
)
_COURTESY = re.compile(r"(?:please|pls|thanks|thank you)[.! ]*", re.IGNORECASE)
_SEVERAL = re.compile(rf"(?P<n>{NUMBER}) {PICTURES} of (?P<what>.+)", re.IGNORECASE)
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
    if question := phrases()["questions"].get(whole):
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
    if match := MORE.fullmatch(words):
        return more(match)
    return "もう一度" if AGAIN.fullmatch(words) else text


def _change(part: str, *, has_picture: bool) -> str | None:
    """Return a part of a sentence that is a change or steers, or None."""
    bare = _without_end(part.casefold())
    if not bare or (not has_picture and become(bare)):
        return None
    for words in (bare, _POLITE.sub("", bare)):
        if always := _ALWAYS.fullmatch(words):
            how = control(always["how"])
            return f"いつも{how}" if how else None
        if japanese := change(words):
            return japanese
    return None


def _part_of_wish(part: str) -> str:
    """Return a part of a wish with what steers in it in Japanese."""
    bare = _without_end(part.casefold())
    if japanese := control(bare):
        return japanese
    part = _DRAW.sub("", part)
    if several := _SEVERAL.fullmatch(part):
        return f"{several['what']}、{count(several['n'].casefold())}枚"
    if (end := _AT_THE_END.fullmatch(part)) and (how := control(end["how"].casefold())):
        return f"{end['what']}、{how}"
    return part
