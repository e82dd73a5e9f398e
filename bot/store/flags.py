"""Flags that operators set while the bot runs; every process reads them before it acts.

    accepting    off: new requests are answered with a polite sentence instead of a job
    draining     on: workers finish what they paint and take nothing new

They are read within the transaction that they decide about: no process keeps a copy. A missing row
means the default.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, null, or_, select, update

from bot.store import key_values
from bot.store.prepared import Prepared
from bot.store.schema import jobs, switches

ACCEPTING, DRAINING = "accepting", "draining"
WORDS = "words"  # the changed moderation lists (bot.moderation.overrides): only when they changed
NAMES = (ACCEPTING, DRAINING, WORDS)


class Flags(NamedTuple):
    """The flags. *_at: when each was last set, in seconds since 1970; None: never."""

    accepting: bool = True
    draining: bool = False
    accepting_at: float | None = None
    draining_at: float | None = None
    words_at: float | None = None


# Without the value of the words, which may be many.
_FLAGS = Prepared(
    select(
        switches.c.name,
        switches.c.at,
        case((switches.c.name != WORDS, switches.c.value), else_=null()),
    ).where(or_(*(switches.c.name == name for name in NAMES)))
)


def get_flags(db: Connection) -> Flags:
    """Return the flags, by one quick statement: each webhook asks for them."""
    fields: dict[str, Any] = {}
    for name, at, value in _FLAGS.all(db):
        fields[f"{name}_at"] = at
        if name != WORDS:
            # SQLite's driver returns JSON as text.
            fields[name] = bool(json.loads(value) if isinstance(value, str) else value)
    return Flags(**fields)


def set_flag(db: Connection, name: str, on: bool) -> None:
    """Set `accepting` or `draining`.

    When draining ends, all queued jobs are marked as unpublished: the caller, or the next sweep,
    publishes them (bot.queue.republish.overdue).
    """
    key_values.put(db, name, on)
    if name == DRAINING and not on:
        db.execute(update(jobs).where(jobs.c.state == "queued").values(published_at=None))
