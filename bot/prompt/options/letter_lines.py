"""Letters in several lines: 「上に「A」下に「B」と入れて」, 「文字を二行にして」."""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology
from bot.prompt.options.letter_patterns import PUT, REQUEST

_ROW = (
    "(?:[1１一](?:行|段)目|上の?段|上の?行|上|左)(?:に|は|が|:|：|、)?",
    "(?:[2２二](?:行|段)目|次の?行|下の?段|下の?行|その下|下|右|改行(?:して)?|あと)(?:に|は|が|:|：|、)?",
)
_MARKED = (
    r"(?:『(?P<{0}1>[^『』\n]{{1,60}})』|「(?P<{0}2>[^「」\n]{{1,60}})」|"
    r"“(?P<{0}3>[^“”\n]{{1,60}})”)"
)
_BETWEEN = "(?:って|と|で|を)?(?:書いて|入れて|いれて)?[、。 　]{0,2}"
_TWO = re.compile(
    rf"(?:{_ROW[0]})?[ 　]?{_MARKED.format('a')}{_BETWEEN}"
    rf"(?:{_ROW[1]})[ 　]?{_MARKED.format('b')}"
    rf"(?:(?:って|と|を|で)?(?:の)?(?:[2２二]行(?:で|に)?)?(?:{PUT}(?:{REQUEST}){{0,3}})?)"
)
_BOTH = re.compile(
    rf"{_MARKED.format('a')}(?:と|、|，|,| |　)?{_MARKED.format('b')}(?:って|と|を)?の?"
    rf"(?:[2２二]行(?:で|に(?:して|分けて)?)|(?:を|って)(?=入れ|書い))(?:{PUT}(?:{REQUEST}){{0,3}})?"
)
_BREAK = re.compile(
    "(?:(?:文字|もじ|字|言葉|ことば)(?:を|は|が)?、?)?(?:(?:[2２二](?:行|段)|(?P<three>[3３三](?:行|段)))"
    "(?:に(?:して|分けて|わけて|できる)?|で|がいい|書きに(?:して)?)|改行(?:して|したい|を?入れて|できる)|折り返して)"
    f"(?:{REQUEST}){{0,3}}[?？。!！]*"
)
_JOINED = {"助詞", "助動詞", "接尾辞", "補助記号"}  # to the word before
_ONE_LINE = re.compile(
    "(?:(?:文字|もじ|字|言葉|ことば)(?:を|は|が)?、?)?(?:[1１一](?:行|段)(?:に(?:して)?|で|がいい)|改行(?:を)?(?:なしで|しないで|やめて|なくして))"
    f"(?:{REQUEST}){{0,3}}[?？。!！]*"
)


def with_lines_joined(text: str) -> str:
    """Return the text with what it wants one under the other in one pair of marks."""
    match = _TWO.search(text) or _BOTH.search(text)
    if match is None:
        return text
    first, second = (
        next(filter(None, match.group(*(f"{side}{n}" for n in "123")))) for side in "ab"
    )
    return f"{text[: match.start()]}『{first}\n{second}』と入れて{text[match.end() :]}"


def rows_wanted(text: str) -> int | None:
    """Return in how many lines a text wants the letters that are there, or None.

    text: cleaned; it says nothing else.
    """
    if _ONE_LINE.fullmatch(text):
        return 1
    match = _BREAK.fullmatch(text)
    return None if match is None else 3 if match["three"] else 2


def in_rows(words: str, rows: int) -> str:
    """Return words in so many lines of much the same length, broken where a word ends.

    Where there are blanks, only those are places to break at.
    """
    joined = " ".join(words.split("\n")) if rows > 1 or words.isascii() else words.replace("\n", "")
    if rows == 1:
        return joined
    ends = [match.start() for match in re.finditer("[ 　]", joined)]
    if len(ends) < rows - 1:
        later_words = morphology.tokenize(joined)[1:]
        ends = [word.start for word in later_words if word.part_of_speech not in _JOINED]
    lines, start = [], 0
    for row in range(1, rows):
        later = [end for end in ends if end > start]
        if not later:
            break
        end = min(later, key=lambda each: abs(each - row * len(joined) / rows))
        lines.append(joined[start:end].strip(" 　"))
        start = end
    return "\n".join([*lines, joined[start:].strip(" 　")])
