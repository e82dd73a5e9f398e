"""Reads back what this bot writes under its pictures, as people copy or forward it.

The title is the thing to paint, the summary steers; hints and remarks say nothing of the picture.
"""

from __future__ import annotations

import re
from functools import cache

from bot.prompt.japanese.cleaning import clean
from bot.prompt.options.styles import styles
from bot.texts import LANGUAGES, placeholders, sentences

_TITLE = re.compile(
    r"^(?:絵筆が描いた)?(?:「(?P<ja>.+?)」(?:を描きました|です|の絵を描きますか)。"
    r"|(?:Here is|Shall I paint) [“\"](?P<en>.+?)[”\"][.?])(?P<rest>.*)$"
)
_CODE = r"[0-9A-Z]{3}-[0-9A-Z]{3}\b"
_NUMBER = re.compile(rf"(?:受付番号|(?<![a-z])Number)[: ]? ?{_CODE}")
_LABEL = re.compile(r"(?<![ 、,])[ 、,]*+(?:こう読みました|(?P<en>(?<![a-z])Read as)): ?")
_REMARKS = re.compile(
    r"(?:going_on\.(?:alt|chosen)|picture\.(?:again|blurred)|reading\.c(?:apped|ut)|fallback\..+)"
)
_ITEMS = re.compile(r"(?:reading|purpose)\.(?!line$|cut$|capped$|letters).+")
_VALUE = "[^、]{1,61}?"
_END = "(?:…|(?= (?:シード|Seed|ステップ|Steps) |、|$))"  # of a value that ends a line
_NEXT = r"(?=, | ?、| (?:Seed|Steps|Size) [0-9]|$)"


def without_own_lines(text: str) -> str:
    """Return a cleaned text with the bot's title as its subject, and without what only it says."""
    if title := _TITLE.match(text):
        text = f"{title['ja'] or title['en']}、{title['rest']}"
    label, number = _LABEL.search(text), _NUMBER.search(text)
    if not (title or label or number):
        return text
    for pattern in _remarks():
        text = pattern.sub("、", text)
    text = _NUMBER.sub("、", text)
    if (label := _LABEL.search(text)) is None:
        return text
    summary = text[label.end() :]
    if label["en"]:
        for pattern, japanese in _items():
            summary = pattern.sub(japanese, summary)
    return f"{text[: label.start()]}、{summary}"


@cache
def _remarks() -> list[re.Pattern[str]]:
    """Return the patterns of hints and remarks."""
    found = [
        sentence
        for lang in LANGUAGES
        for key, sentence in sentences(lang).items()
        if _REMARKS.fullmatch(key)
    ]
    found.sort(key=lambda sentence: sentence.endswith("{words}"))  # which end at what follows
    return [
        re.compile(_escaped(sentence, named=False) + (_END if sentence.endswith("{words}") else ""))
        for sentence in found
    ]


@cache
def _items() -> list[tuple[re.Pattern[str], str]]:
    """Return what the English summary says, with the Japanese of each item."""
    items = {
        sentence: sentences("ja")[key]
        for key, sentence in sentences("en").items()
        if _ITEMS.fullmatch(key)
    }
    items |= {style.en: style.label for style in styles().values()}
    return [
        (
            re.compile(f"(?<![^ ])(?:{_escaped(english, named=True)}){_NEXT}"),
            re.sub(r"\{(\w+)\}", r"\\g<\1>", japanese),
        )
        for english, japanese in sorted(items.items(), key=lambda item: -len(item[0]))
    ]


def _escaped(sentence: str, *, named: bool) -> str:
    """Return the pattern of a sentence, with its values as groups of their names, if wanted."""
    pattern = re.escape(clean(sentence))
    pattern = pattern.replace(re.escape("{number}"), _CODE)
    for name in placeholders(sentence) - {"number"}:
        value = f"(?P<{name}>{_VALUE})" if named else _VALUE
        pattern = pattern.replace(re.escape(f"{{{name}}}"), value)
    return pattern
