"""The lists of words: what comes with the bot, and what an admin adds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from bot.moderation.phrases import groups_in
from bot.settings import SettingError

# Strongest first: a text that meets several rules is refused for the first of them.
CATEGORIES = ("minors", "self_harm", "sexual", "gore", "hate", "illegal", "deception")
_OWN = ("words.toml", "names.toml")


class ListError(SettingError):
    """A list of words cannot be read; the message says which and why."""


@dataclass(frozen=True)
class Rule:
    """words: any of them meets the rule, when one of each of the others is there, too, and none
    of unless. A word may be a phrase (bot.moderation.phrases)."""

    category: str
    words: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lists:
    """All rules in force, and the phrases that are allowed although a word of a rule is in them.

    turned: words that make harmless what they follow, as 「防止」; groups: what phrases name.
    """

    rules: tuple[Rule, ...]
    allowed: tuple[str, ...]
    turned: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Amendment(NamedTuple):
    """What operators changed while the house runs. added, removed: (category, word); allowed:
    phrases."""

    added: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    allowed: tuple[str, ...] = ()


def amended(lists: Lists, changes: Amendment) -> Lists:
    """The lists with these changes; a category that is not known any more is left out."""
    removed = set(changes.removed)
    rules = [
        replace(rule, words=tuple(it for it in rule.words if (rule.category, it) not in removed))
        for rule in lists.rules
    ]
    for category in CATEGORIES:
        if words := tuple(word for kind, word in changes.added if kind == category):
            rules.append(Rule(category, words))
    ordered = tuple(sorted(rules, key=_strength))
    return replace(lists, rules=ordered, allowed=(*lists.allowed, *changes.allowed))


def load(extra: Path | None = None) -> Lists:
    """The lists of the bot and those of `extra`, a TOML file or a folder of them.

    Raises ListError for a file that is missing, no TOML, or of another form.
    """
    folder = files("bot.moderation")
    tables = [(it, tomllib.loads(folder.joinpath(it).read_text("utf-8"))) for it in _OWN]
    tables += [(str(path), _read(path)) for path in _paths(extra)]
    written: dict[str, list[str]] = {}
    for name, table in tables:
        for group, words in table.get("groups", {}).items():
            written.setdefault(group, []).extend(_strings(words, name))
    groups = {it: tuple(_flat(words, written, it)) for it, words in written.items()}
    rules = [rule for name, table in tables for rule in _rules(table, groups, name)]

    def every(key: str) -> tuple[str, ...]:
        lists = (_strings(it.get("allowed", {}).get(key, []), name) for name, it in tables)
        return tuple(word for words in lists for word in words)

    ordered = tuple(sorted(rules, key=_strength))
    return Lists(ordered, every("phrases"), every("before"), groups)


def _flat(words: Iterable[str], groups: Mapping[str, list[str]], name: str) -> Iterable[str]:
    """The words, with those of a group where 「{group}」 stands alone. Raises ListError."""
    for word in words:
        inner = groups_in(word)
        if unknown := [it for it in inner if it not in groups]:
            raise ListError(f"{name}: there is no group {unknown[0]!r} in [groups].")
        if inner and word == f"{{{inner[0]}}}":
            if inner[0] == name:
                raise ListError(f"{name}: the group is in itself.")
            yield from _flat(groups[inner[0]], groups, name)
        else:
            yield word


def _strength(rule: Rule) -> int:
    return CATEGORIES.index(rule.category)


def _paths(extra: Path | None) -> Iterable[Path]:
    if extra is None:
        return []
    return sorted(extra.glob("*.toml")) if extra.is_dir() else [extra]


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ListError(f"MODERATION_LISTS: {path} cannot be read: {error}") from error


def _rules(
    table: dict[str, Any], groups: Mapping[str, tuple[str, ...]], name: str
) -> Iterable[Rule]:
    for row in table.get("rule", []):
        if row.get("category") not in CATEGORIES:
            known = ", ".join(CATEGORIES)
            raise ListError(
                f"{name}: category must be one of {known}, not {row.get('category')!r}."
            )
        named = {key: _names(row, key, groups, name) for key in ("with", "unless")}
        lists = {key: list(words) for key, words in groups.items()}
        yield Rule(
            row["category"],
            tuple(dict.fromkeys(_flat(_strings(row.get("words", []), name), lists, name))),
            tuple(groups[it] for it in named["with"]),
            tuple(word for it in named["unless"] for word in groups[it]),
        )


def _names(
    row: dict[str, Any], key: str, groups: Mapping[str, tuple[str, ...]], name: str
) -> list[str]:
    """The groups that a rule names, one or a list of them."""
    value = row.get(key, [])
    names = value if isinstance(value, list) else [value]
    for it in names:
        if not isinstance(it, str) or it not in groups:
            raise ListError(f"{name}: there is no group {it!r} in [groups].")
    return names


def _strings(value: Any, name: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(it, str) and it.strip() for it in value):
        raise ListError(f"{name}: words and phrases must be lists of words, not {value!r:.60}.")
    return value
