"""Tell an operator why LINE did not do what a command asked it for."""

from __future__ import annotations

from bot.line import LineError
from bot.texts import has_text
from bot.texts.sentence import Sentence, Verbatim


def describe(error: LineError) -> Sentence:
    """Return what happened, with LINE's own words if it gave any."""
    if (error.status or 0) < 300:  # no answer, or one that says nothing of an error
        key = f"line_error.{error.code}"
        return Sentence(key) if has_text(key) else Sentence("line_error.other", code=error.code)
    reason = Verbatim(error.reason) if error.reason else Sentence("line_error.no_reason")
    return Sentence("line_error.answered", status=error.status, reason=reason)


def remedy(error: LineError) -> Sentence:
    """Return what to do about it."""
    is_token = error.code == "unauthorized"
    return Sentence("line_error.remedy_token" if is_token else "line_error.remedy")
