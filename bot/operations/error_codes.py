"""The error codes of jobs and deliveries: what each means, and what an operator does about it.

Their sentences are in bot.texts, tables error_meaning and error_remedy, where NUMBER stands for
the job's. Painting's codes are inference.errors' and bot.tasks.draw's, photos'
bot.tasks.fetch_photo's, and those of sending bot.line.errors' and bot.tasks.sending's.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.texts import gettext, has_text, sentences

_UNKNOWN = "unknown"
_TABLE = "error_meaning."


class ErrorHelp(NamedTuple):
    """What an error code means, and what to do about it."""

    meaning: str
    remedy: str


def explain(code: str, lang: str = "en") -> ErrorHelp:
    """Return what a code means, in a language of the texts; of an unknown one, where to look."""
    known = code if has_text(_TABLE + code) else _UNKNOWN
    return ErrorHelp(gettext(_TABLE + known, lang), gettext(f"error_remedy.{known}", lang))


def known_codes() -> frozenset[str]:
    """Return the codes that are explained."""
    codes = (key.removeprefix(_TABLE) for key in sentences("en") if key.startswith(_TABLE))
    return frozenset(codes) - {_UNKNOWN}
