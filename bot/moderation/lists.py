"""The lists of words: what comes with the bot, and what an admin adds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from bot.settings import SettingError

# Strongest first: a text that meets several rules is refused for the first of them.
CATEGORIES = ("minors", "self_harm", "sexual", "gore", "hate", "illegal", "deception")


class ListError(SettingError):
    """A list of words cannot be read; the message says which and why."""


@dataclass(frozen=True)
class Rule:
    """words: any of them meets the rule; others: if any, one of them must be there, too."""

    category: str
    words: tuple[str, ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lists:
    """All rules in force, and the phrases that are allowed although a word of a rule is in them."""

    rules: tuple[Rule, ...]
    allowed: tuple[str, ...]


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
        Rule(
            rule.category,
            tuple(it for it in rule.words if (rule.category, it) not in removed),
            rule.others,
        )
        for rule in lists.rules
    ]
    for category in CATEGORIES:
        if words := tuple(word for kind, word in changes.added if kind == category):
            rules.append(Rule(category, words))
    return Lists(tuple(sorted(rules, key=_strength)), (*lists.allowed, *changes.allowed))


def load(extra: Path | None = None) -> Lists:
    """The lists of the bot and those of `extra`, a TOML file or a folder of them.

    Raises ListError for a file that is missing, no TOML, or of another form.
    """
    own = files("bot.moderation").joinpath("words.toml").read_text("utf-8")
    tables = [("words.toml", tomllib.loads(own))]
    tables += [(str(path), _read(path)) for path in _paths(extra)]
    groups: dict[str, list[str]] = {}
    for name, table in tables:
        for group, words in table.get("groups", {}).items():
            groups.setdefault(group, []).extend(_strings(words, name))
    rules = [rule for name, table in tables for rule in _rules(table, groups, name)]
    allowed = [
        word
        for name, it in tables
        for word in _strings(it.get("allowed", {}).get("phrases", []), name)
    ]
    return Lists(tuple(sorted(rules, key=_strength)), tuple(allowed))


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


def _rules(table: dict[str, Any], groups: dict[str, list[str]], name: str) -> Iterable[Rule]:
    for row in table.get("rule", []):
        if row.get("category") not in CATEGORIES:
            known = ", ".join(CATEGORIES)
            raise ListError(
                f"{name}: category must be one of {known}, not {row.get('category')!r}."
            )
        partner = row.get("with")
        if partner is not None and partner not in groups:
            raise ListError(f"{name}: there is no group {partner!r} in [groups].")
        others = tuple(groups[partner]) if partner else ()
        yield Rule(row["category"], tuple(_strings(row.get("words", []), name)), others)


def _strings(value: Any, name: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(it, str) and it.strip() for it in value):
        raise ListError(f"{name}: words and phrases must be lists of words, not {value!r:.60}.")
    return value
