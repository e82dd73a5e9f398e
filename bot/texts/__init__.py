"""Every sentence that people read, by language: TOML files for each, and none in the code.

ja.toml holds what people in a chat read, admin.ja.toml what operators do on their pages and beyond
them, commands.ja.toml what only commands say; help.ja.toml explains these. A key such as
"failed.unsafe" names the table and the entry; {name} is a placeholder. Imports nothing of bot.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("ja", "en")


def gettext(key: str, lang: str, **values: object) -> str:
    """Return the sentence `key` in `lang` with its placeholders filled in.

    Braces in a value are kept. An unknown language becomes Japanese. Raises KeyError for an unknown
    key, and for a value that is missing or has no placeholder.
    """
    sentence = sentences(lang if lang in LANGUAGES else LANGUAGES[0])[key]
    if (wanted := placeholders(sentence)) != values.keys():
        raise KeyError(f"{key} takes {sorted(wanted)}, not {sorted(values)}.")
    return sentence.format_map(values)


def has_text(key: str) -> bool:
    """Return whether there is a sentence with this key."""
    return key in sentences(LANGUAGES[0])


@cache
def sentences(lang: str) -> dict[str, str]:
    """Return all sentences of one language by key."""
    return {**_read(f"{lang}.toml"), **operators_sentences(lang), **command_sentences(lang)}


@cache
def operators_sentences(lang: str) -> dict[str, str]:
    """Return the sentences of one language that operators read on their pages, by key."""
    return _read(f"admin.{lang}.toml")


@cache
def command_sentences(lang: str) -> dict[str, str]:
    """Return the sentences of one language that only commands print, by key."""
    return _read(f"commands.{lang}.toml")


def setting_meaning(name: str, lang: str) -> str | None:
    """Return what a setting is for; None in English, which bot/settings/fields.py holds."""
    return _settings_in_japanese()[name] if lang == "ja" else None


@cache
def _settings_in_japanese() -> dict[str, str]:
    return _read("settings.ja.toml")


def command_help(command: str, lang: str) -> str | None:
    """Return what a command is for; None in English, which bot/cli holds."""
    return _help_in_japanese()[f"commands.{command}"] if lang == "ja" else None


def option_help(command: str, option: str, lang: str) -> str | None:
    """Return what an option of a command does; None in English, and if it needs no words."""
    texts = _help_in_japanese() if lang == "ja" else {}
    return texts.get(f"options.{command}.{option}") or texts.get(f"options.{option}")


@cache
def _help_in_japanese() -> dict[str, str]:
    return _read("help.ja.toml")


def placeholders(sentence: str) -> set[str]:
    """Return the names in braces in a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def _read(name: str) -> dict[str, str]:
    return dict(_flat(tomllib.loads(files(__name__).joinpath(name).read_text("utf-8"))))


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value.strip()
