"""Answers to questions, small talk and cries for help.

The questions are answered from answers.toml beside this file, and from the file of the same form
that an operator names with ANSWERS_PATH.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from bot import texts
from bot.messages.help_carousel import example_quick_reply
from bot.messages.parts import Message, sentence, text_message
from bot.texts import LANGUAGES, gettext

PLACEHOLDERS = frozenset({"terms_url", "license", "commercial", "days", "daily", "max_count"})
MAX_ANSWER_CHARS = 1_000
SUPPORT_SEPARATOR = "|"  # between the lines of SUPPORT_LINES
_WITH_EXAMPLES = frozenset({"ideas", "abilities"})


class AnswersError(ValueError):
    """The operator's file cannot be used. The message says which, why, and what to do."""


@cache
def load_answers(path: Path | None = None) -> dict[str, dict[str, str]]:
    """Return topic -> language -> answer, those of the operator's file before the shipped ones.

    Raises AnswersError for a file that cannot be read or used.
    """
    shipped = tomllib.loads(files("bot.messages").joinpath("answers.toml").read_text("utf-8"))
    if path is None:
        return shipped
    try:
        own = tomllib.loads(path.read_text("utf-8-sig"))  # editors of Windows put a mark first
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AnswersError(f"ANSWERS_PATH {path} cannot be read: {error}") from None
    for topic, answers in own.items():
        _check(path, topic, answers, shipped)
    return {topic: {**answers, **own.get(topic, {})} for topic, answers in shipped.items()}


def _check(path: Path, topic: str, answers: object, shipped: Mapping[str, Any]) -> None:
    if topic not in shipped or not isinstance(answers, dict):
        known = ", ".join(shipped)
        raise AnswersError(f"{path}: [{topic}] is no question; there are {known}.")
    for lang, answer in answers.items():
        name = f"{path}: {lang} of [{topic}]"
        if lang not in LANGUAGES or not isinstance(answer, str) or not answer.strip():
            raise AnswersError(f"{name} must be a text, and the language {' or '.join(LANGUAGES)}.")
        if len(answer) > MAX_ANSWER_CHARS:
            raise AnswersError(f"{name} has more than {MAX_ANSWER_CHARS} characters; shorten it.")
        try:
            names = {field for _, field, _, _ in string.Formatter().parse(answer) if field}
        except ValueError:
            names = {"{"}
        if not names <= PLACEHOLDERS:
            raise AnswersError(f"{name} may have {{{'}, {'.join(sorted(PLACEHOLDERS))}}} only.")


def question_answer(
    topic: str, lang: str, chat_kind: str, *, path: Path | None = None, **values: object
) -> list[Message]:
    """Answer a question. topic: a table of answers.toml. values: of PLACEHOLDERS. Raises KeyError
    for an unknown topic."""
    answer = load_answers(path)[topic]["en" if lang == "en" else "ja"]
    message = text_message(answer.strip().format_map(values))
    if topic in _WITH_EXAMPLES:
        message["quickReply"] = example_quick_reply(lang, chat_kind)
    return [message]


def commercial_use(lang: str, *, forbidden: bool | None) -> str:
    """Say whether pictures may be sold. forbidden: by the model's licence; None: unknown."""
    kind = "unknown" if forbidden is None else "no" if forbidden else "yes"
    return gettext(f"commercial.{kind}", lang)


def daily_limit(lang: str, *, pictures: int) -> str:
    """Say how many pictures a day there are. pictures: 0 is as many as one likes."""
    if not pictures:
        return gettext("daily.unlimited", lang)
    return gettext("daily.some", lang, limit=pictures)


def talk_answer(kind: str, lang: str, chat_kind: str) -> list[Message]:
    """Answer small talk, briefly. kind: a key of "talk" in bot.texts. Raises KeyError for an
    unknown kind."""
    message = text_message(gettext(f"talk.{kind}", lang))
    if kind in {"greeting", "bored"}:
        message["quickReply"] = example_quick_reply(lang, chat_kind)
    return [message]


def support_answer(kind: str, lang: str, *, support_lines: str | None = None) -> list[Message]:
    """Answer a cry for help: with warmth, and with who listens. kind: "life", "violence" or "help".
    support_lines: the operator's, instead of those in bot.texts."""
    return sentence(f"cry.{kind}", lang, lines=help_lines(kind, lang, support_lines))


def help_lines(kind: str, lang: str, support_lines: str | None) -> str:
    """Return who listens to a cry for help of this kind, a line each: the operator's lines, if
    there are any."""
    listed = [line.strip() for line in (support_lines or "").split(SUPPORT_SEPARATOR)]
    if listed := list(filter(None, listed)):
        return "\n".join(f"・{line}" for line in listed)
    key = f"cry.lines_{kind}"
    return gettext(key if texts.has_text(key) else "cry.lines_life", lang)
