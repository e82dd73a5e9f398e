"""A sentence that is not in a language yet: whoever shows it knows which its reader speaks."""

from __future__ import annotations

from bot.texts import gettext


class Sentence:
    """A key of the texts with its values, of which some may be sentences themselves.

    As str() it is English, as logs and the audit are.
    """

    def __init__(self, key: str, **values: object) -> None:
        self.key, self.values = key, values

    def in_language(self, lang: str) -> str:
        """Return the sentence in `lang`. Raises KeyError as `gettext` does."""
        values = {
            name: value.in_language(lang) if isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        return gettext(self.key, lang, **values)

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.in_language("en")


class Verbatim(Sentence):
    """A name, an address, or what another program said: the same in every language."""

    def __init__(self, text: str) -> None:
        super().__init__("", text=text)
        self._text = text

    def in_language(self, lang: str) -> str:
        """Return the text as it is."""
        return self._text
