"""Reads what is to hold for every picture: 「いつもアニメ調で」, 「これからは縦長で」."""

from __future__ import annotations

import re

from bot.prompt.reading import Reading, read

_ALWAYS = re.compile(
    r"^(?:(?:これから(?:は)?|今後(?:は)?|次から(?:は)?)[、 ]?)?"
    r"(?:いつも|毎回|常に|つねに|ずっと)[、 ]?(?P<what>.{1,40}?)"
    r"(?:(?:に|を)?(?:設定|固定)(?:にして|して)?)?$"
)
_FROM_NOW_ON = re.compile(r"^(?:これから|今後|次から)(?:は|ずっと)[、 ]?(?P<what>.{1,40})$")
MAX_CHARS = 60


def parse_default(text: str) -> Reading | None:
    """Return the style and shape that a cleaned text asks for in every picture.

    Returns None if it asks for no such thing, or says what to paint: 「いつも笑っている猫」. Never
    raises.
    """
    if len(text) > MAX_CHARS:
        return None
    match = _ALWAYS.match(text) or _FROM_NOW_ON.match(text)
    if match is None:
        return None
    for words in (match["what"], f"{match['what']}で"):  # 「いつもアニメ」
        reading = read(words)
        says_how = bool(reading.styles) or reading.width is not None
        if says_how and reading.problem == "only_controls":
            return reading
    return None
