"""What operators changed about the moderation lists while the bot runs, in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from bot.moderation.lists import ListChanges
from bot.store import key_values
from bot.store.flags import WORDS

_cached: tuple[float, ListChanges] | None = None


def load(db: Connection, *, for_update: bool = False) -> ListChanges:
    """Read the changes. for_update: nobody else changes them until this transaction ends."""
    value = key_values.get(db, WORDS, for_update=for_update)
    return _parse(value) if isinstance(value, dict) else ListChanges()


def load_cached(db: Connection, changed_at: float | None) -> ListChanges:
    """Return the changes, read once a process for each `Flags.words_at` that it meets."""
    global _cached
    if changed_at is None:
        return ListChanges()
    cached = _cached
    if cached is None or cached[0] != changed_at:
        cached = _cached = (changed_at, load(db))
    return cached[1]


def save(db: Connection, changes: ListChanges) -> None:
    """Store the changes; they hold from the next request on."""
    key_values.put(db, WORDS, changes._asdict())


def _parse(value: Mapping[str, Any]) -> ListChanges:
    return ListChanges(
        added=tuple((str(category), str(word)) for category, word in value.get("added", ())),
        removed=tuple((str(category), str(word)) for category, word in value.get("removed", ())),
        allowed=tuple(map(str, value.get("allowed", ()))),
    )
