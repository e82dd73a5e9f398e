"""Why a step of the set-up could not be done, as a sentence in either language."""

from __future__ import annotations

from bot.texts import gettext


class SetupProblem(Exception):
    """A step failed. key: of a sentence in bot.texts, without "setup."; values: what it names.

    Whatever a step would have stored is as it was before.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def sentence(self, lang: str) -> str:
        """Return what happened and what to do, in this language."""
        return gettext(f"setup.{self.key}", lang, **self.values)
