"""Every sentence that the bot says, by language: one TOML file each, none in the code.

A key names the table and the entry, "failed.unsafe"; {name} in a sentence is a value to fill in.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("ja", "en")


def say(key: str, lang: str = "ja", **values: object) -> str:
    """The sentence `key` in `lang`, its placeholders filled in; what is filled in is left as it is.

    A language that is not spoken here is answered in Japanese. Raises KeyError for an unknown key,
    and for a value that is missing or that the sentence has no place for.
    """
    sentence = sentences(lang if lang in LANGUAGES else LANGUAGES[0])[key]
    if (wanted := placeholders(sentence)) != values.keys():
        raise KeyError(f"{key} takes {sorted(wanted)}, not {sorted(values)}.")
    return sentence.format_map(values)


def known(key: str) -> bool:
    """Whether there is such a sentence."""
    return key in sentences(LANGUAGES[0])


@cache
def sentences(lang: str) -> dict[str, str]:
    """All sentences of one language, by key."""
    text = files(__name__).joinpath(f"{lang}.toml").read_text("utf-8")
    return dict(_flat(tomllib.loads(text)))


def placeholders(sentence: str) -> set[str]:
    """The names in braces in it."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value.strip()
