"""The language of the commands: Japanese where the shell's locale is Japanese, else English.

What is for programs (--json, log lines, codes, names of commands and options) is the same in both.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from bot.line import LineError
from bot.operations import formatting, line_errors
from bot.operations.timeline import label
from bot.texts import LANGUAGES, gettext, has_text
from bot.texts.sentence import Sentence

_UNTRANSLATED = ("C", "POSIX")  # locales in which gettext does not look at LANGUAGE


def shell_language(environ: Mapping[str, str]) -> str:
    """Return the language of a shell, by the first of LC_ALL, LC_MESSAGES and LANG that is set.

    As for gettext, LANGUAGE names others that go before that, unless the locale is C.
    https://www.gnu.org/software/gettext/manual/html_node/The-LANGUAGE-variable.html
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environ[name] for name in names if environ.get(name)), "C")
    preferred = [locale]
    if locale.partition(".")[0] not in _UNTRANSLATED:
        preferred = [*environ.get("LANGUAGE", "").split(":"), locale]
    languages = (name[:2].lower() for name in preferred if name[2:3] in ("", "_", ".", "@"))
    return next((lang for lang in languages if lang in LANGUAGES), "en")


def command_language() -> str:
    """Return the language in which this command speaks: ja or en."""
    return shell_language(os.environ)


def say(key: str, **values: object) -> str:
    """Return the commands' sentence `key` in their language; values may be sentences."""
    return Sentence(f"command.{key}", **values).in_language(command_language())


def say_counted(key: str, n: int, **values: object) -> str:
    """Return the commands' sentence `key` for the number `n`, or `key`_one if that is 1."""
    return say(f"{key}_one" if n == 1 else key, n=n, **values)


def say_of_pages(key: str, **values: object) -> str:
    """Return a sentence that the operators' pages say too, in the commands' language."""
    return Sentence(f"admin.{key}", **values).in_language(command_language())


def headings(*keys: str) -> list[str]:
    """Return the headings of a table's columns, those of the pages or the commands' own."""
    lang = command_language()
    tables = ("command.column", "admin.column")
    named = [
        next(f"{table}.{key}" for table in tables if has_text(f"{table}.{key}")) for key in keys
    ]
    return [gettext(key, lang).upper() for key in named]


def line_failed(error: LineError) -> str:
    """Return why LINE did not do what a command asked for, and what to do."""
    lang = command_language()
    what = line_errors.describe(error).in_language(lang)
    if error.request_id:
        what = say("error.line", what=what, request_id=error.request_id)
    return f"{what}\n{line_errors.remedy(error).in_language(lang)}"


def duration(seconds: float | None) -> str:
    """Write a duration in the commands' language."""
    return formatting.format_duration(seconds, command_language())


def name_of(table: str, name: str | None) -> str:
    """Return what a name of the database is called; itself if the texts do not have it."""
    return label(table, name, command_language()) if name else ""
