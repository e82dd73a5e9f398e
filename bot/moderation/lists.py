"""Reads the word lists: those of the bot and those of the operator, both TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from bot.moderation.phrases import group_names
from bot.settings import SettingError

# Strongest first: a text that meets several rules is refused for the first of them.
CATEGORIES = ("minors", "self_harm", "sexual", "gore", "hate", "illegal", "deception")
_OWN_FILES = ("words.toml", "names.toml", "readings.toml")
_KEYS_OF_TABLES = {
    "groups": None,  # of any name
    "rule": {"category", "words", "with", "unless"},
    "allowed": {"phrases", "before"},
    "readings": None,
}


class ListError(SettingError):
    """A word list cannot be read; the message says which and why."""


@dataclass(frozen=True)
class Rule:
    """A rule: any of words is refused, together with one of each of others and without unless.

    A word may be a phrase (bot.moderation.phrases).
    """

    category: str
    words: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class WordLists:
    """All rules in force, and the phrases that are allowed although they contain a refused word.

    neutralizing: words that make harmless what they follow, such as 「防止」. groups: the words
    that a {group} in a phrase stands for. removed: words that operators took from the lists.
    readings: kana -> the entry that is read so; it counts as that, and only as it is written.
    """

    rules: tuple[Rule, ...]
    allowed: tuple[str, ...]
    neutralizing: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)


class ListChanges(NamedTuple):
    """What operators changed while the bot runs.

    added, removed: (category, word). allowed: phrases.
    """

    added: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    allowed: tuple[str, ...] = ()


def apply_changes(lists: WordLists, changes: ListChanges) -> WordLists:
    """Return the lists with these changes; an unknown category is left out."""
    removed = set(changes.removed)
    rules = [
        replace(
            rule,
            words=tuple(
                word
                for word in rule.words
                if (rule.category, lists.readings.get(word, word)) not in removed
            ),
        )
        for rule in lists.rules
    ]
    for category in CATEGORIES:
        if words := tuple(word for added_to, word in changes.added if added_to == category):
            rules.append(Rule(category, words))
    ordered = tuple(sorted(rules, key=_severity))
    return replace(
        lists,
        rules=ordered,
        allowed=(*lists.allowed, *changes.allowed),
        removed=(*lists.removed, *(word for _, word in changes.removed)),
    )


def load_lists(extra_path: Path | None = None) -> WordLists:
    """Read the lists of the bot and those of `extra_path`, a TOML file or a folder of them.

    Raises ListError for a file that is missing, no TOML, or of another form.
    """
    folder = files("bot.moderation")
    tables = [
        (name, tomllib.loads(folder.joinpath(name).read_text("utf-8"))) for name in _OWN_FILES
    ]
    tables += [(str(path), _read(path)) for path in _paths(extra_path)]
    written: dict[str, list[str]] = {}
    for name, table in tables:
        for group, words in table.get("groups", {}).items():
            written.setdefault(group, []).extend(_strings(words, name))
    groups = {group: tuple(_expand(words, written, group)) for group, words in written.items()}
    readings = {kana: word for _, table in tables for kana, word in _readings(table)}
    rules = [
        _with_readings(rule, readings)
        for name, table in tables
        for rule in _rules(table, groups, name)
    ]

    def every(key: str) -> tuple[str, ...]:
        lists = (_strings(table.get("allowed", {}).get(key, []), name) for name, table in tables)
        return tuple(word for words in lists for word in words)

    ordered = tuple(sorted(rules, key=_severity))
    return WordLists(ordered, every("phrases"), every("before"), groups, (), readings)


def _readings(table: dict[str, Any]) -> Iterable[tuple[str, str]]:
    own = table.get("readings", {})
    return ((kana, str(word)) for kana, word in own.items()) if isinstance(own, dict) else ()


def _with_readings(rule: Rule, readings: Mapping[str, str]) -> Rule:
    def spelled(words: tuple[str, ...]) -> tuple[str, ...]:
        known = frozenset(words)
        return (*words, *(kana for kana, word in readings.items() if word in known))

    return replace(rule, words=spelled(rule.words), others=tuple(map(spelled, rule.others)))


def _expand(words: Iterable[str], groups: Mapping[str, list[str]], name: str) -> Iterable[str]:
    """Yield the words, and the words of a group for 「{group}」 alone. Raises ListError."""
    for word in words:
        inner = group_names(word)
        if unknown := [group for group in inner if group not in groups]:
            raise ListError(f"{name}: there is no group {unknown[0]!r} in [groups].")
        if inner and word == f"{{{inner[0]}}}":
            if inner[0] == name:
                raise ListError(f"{name}: the group is in itself.")
            yield from _expand(groups[inner[0]], groups, name)
        else:
            yield word


def _severity(rule: Rule) -> int:
    return CATEGORIES.index(rule.category)


def _paths(extra: Path | None) -> Iterable[Path]:
    if extra is None:
        return []
    if not extra.is_dir():
        return [extra]
    if not (paths := sorted(extra.glob("*.toml"))):
        raise ListError(f"MODERATION_LISTS_PATH: the folder {extra} holds no file .toml.")
    return paths


def _read(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))  # editors of Windows put a mark first
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ListError(f"MODERATION_LISTS_PATH: {path} cannot be read: {error}") from error
    _check_form(table, str(path))
    return table


def _check_form(table: dict[str, Any], name: str) -> None:
    """Raise ListError for what would be passed over: somebody relies on it."""
    for key, value in table.items():
        if key not in _KEYS_OF_TABLES:
            known = ", ".join(_KEYS_OF_TABLES)
            raise ListError(f"{name}: there is no table {key!r}; there are {known}.")
        rows = value if key == "rule" else [value]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            form = "[[rule]], one for each rule" if key == "rule" else f"[{key}]"
            raise ListError(f"{name}: {key} must be a table; its first line is {form}.")
        known_keys = _KEYS_OF_TABLES[key]
        unknown = [each for row in rows for each in row if known_keys and each not in known_keys]
        if unknown and known_keys:
            known = ", ".join(sorted(known_keys))
            raise ListError(f"{name}: {key} has no {unknown[0]!r}; it has {known}.")
        if key == "rule" and not all(row.get("words") for row in rows):
            raise ListError(f"{name}: each rule must have words.")
        if key == "readings":
            _strings(list(value.values()), name)


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
            tuple(dict.fromkeys(_expand(_strings(row.get("words", []), name), lists, name))),
            tuple(groups[group] for group in named["with"]),
            tuple(word for group in named["unless"] for word in groups[group]),
        )


def _names(
    row: dict[str, Any], key: str, groups: Mapping[str, tuple[str, ...]], name: str
) -> list[str]:
    """Return the groups that a rule names, one or a list of them."""
    value = row.get(key, [])
    names = value if isinstance(value, list) else [value]
    for group in names:
        if not isinstance(group, str) or group not in groups:
            raise ListError(f"{name}: there is no group {group!r} in [groups].")
    return names


def _strings(value: Any, name: str) -> list[str]:
    if not isinstance(value, list) or not all(
        isinstance(word, str) and word.strip() for word in value
    ):
        raise ListError(f"{name}: words and phrases must be lists of words, not {value!r:.60}.")
    return value
