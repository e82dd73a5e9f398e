"""The language of the commands: Japanese where the shell's locale is Japanese, else English.

What is for programs (--json, log lines, codes, names of commands and options) is the same in both.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from bot.texts import LANGUAGES, gettext
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


def heading(*keys: str) -> tuple[str, ...]:
    """Return the headings of a table's columns."""
    return tuple(gettext(f"command.column.{key}", command_language()) for key in keys)
