"""Tell in the operator's language which settings are to be mended."""

from __future__ import annotations

from bot.settings import SettingError
from bot.texts import setting_meaning
from bot.texts.sentence import Sentence
from bot.texts.written import Written

_TABLE = "setting_error"


class SettingProblems(Sentence):
    """What a SettingError says, a line for each setting."""

    def __init__(self, error: SettingError) -> None:
        super().__init__(_TABLE)
        self._text = str(error)

    def in_language(self, lang: str) -> str:
        """Return the problems in `lang`; one that the texts do not have as it is."""
        return "\n".join(_translate(line, lang) for line in self._text.split("\n"))


def _translate(line: str, lang: str) -> str:
    indent = "  - " if line.startswith("  - ") else ""
    text = line.removeprefix(indent)
    name, is_missing, _ = text.partition(" is not set. ")
    if is_missing and (meaning := setting_meaning(name, lang)):
        return indent + Sentence(f"{_TABLE}.not_set", name=name, help=meaning).in_language(lang)
    translated = Written(_TABLE, text).in_language(lang)
    # Lists of what may be written, such as "redis:// or amqp://".
    return indent + (translated.replace(" or ", " か ") if lang == "ja" else translated)
