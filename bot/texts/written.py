"""English that was stored, or comes from a room that knows no texts: found again in its table.

The tables of such sentences are written down in every language. What no sentence of the table can
have made is shown as it is: what an older version wrote, or what was cut.
"""

from __future__ import annotations

import string

from bot.texts import gettext, sentences
from bot.texts.sentence import Sentence

COMMAS = {"ja": "、", "en": ", "}  # between the parts of a list


class Written(Sentence):
    """A text that was made from a sentence of `table` in English, or from several with commas."""

    def __init__(self, table: str, text: str) -> None:
        super().__init__(table, text=text)
        self.table, self._text = table, text

    def in_language(self, lang: str) -> str:
        """Return the text in `lang`; as it is if no sentence fits."""
        if lang == "en":
            return self._text
        parts = [_translate(self.table, part, lang) for part in self._text.split(", ")]
        known = [part for part in parts if part is not None]
        if len(known) == len(parts):
            return COMMAS[lang].join(known)
        return _translate(self.table, self._text, lang) or self._text


def in_english(key: str, **values: object) -> str:
    """Return a sentence in English, as it is stored and logged."""
    return gettext(key, "en", **values)


def _translate(table: str, text: str, lang: str) -> str | None:
    """Return the text in `lang`, by the first sentence of the table that fits; or two of them.

    A value may be a sentence of the same table.
    """
    for key, sentence in sentences("en").items():
        if key.rpartition(".")[0] == table:
            values = _values(sentence, text)
            if values is not None:
                inner = {name: _translate(table, it, lang) or it for name, it in values.items()}
                return gettext(key, lang, **inner)
    first, point, second = text.partition(". ")
    if point and (found := _translate(table, f"{first}.", lang)):
        rest = _translate(table, second, lang)
        return found + rest if rest else None
    return None


def _values(sentence: str, text: str) -> dict[str, str] | None:
    """Return what was filled into a sentence to make `text`; None if it cannot have been.

    Each value ends where the words after it stand first, the last one at the end of the text.
    """
    fields = list(string.Formatter().parse(sentence))
    ends = [literal for literal, *_ in fields[1:]]
    if fields[-1][1] is not None:  # the sentence ends with a value
        ends.append("")
    first = fields[0][0]
    if not text.startswith(first):
        return None
    values: dict[str, str] = {}
    position = len(first)
    names = [name for _, name, *_ in fields if name is not None]
    for index, (name, after) in enumerate(zip(names, ends, strict=True)):
        last = index == len(names) - 1
        end = len(text) - len(after) if last else text.find(after, position + 1)
        if end <= position or not text.startswith(after, end):
            return None
        values[name] = text[position:end]
        position = end + len(after)
    if position != len(text):
        return None
    # A sentence without words of its own fits too much; it holds names and numbers.
    has_words = any(literal.strip() for literal, *_ in fields)
    return values if has_words or not any(" " in value for value in values.values()) else None
