"""What operators switch while the house runs; every process asks before it acts, none restarts.

    accepting    off: new wishes are answered with a kind word instead of a job
    draining     on: workers finish what they paint and take nothing new
    words        what was added to the moderation lists, and taken from them

The rows of `switches` are read within the transaction that they decide about: no process has an
opinion of its own. A missing row is the ordinary state.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, delete, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import now
from bot.moderation import Amendment
from bot.prepared import Prepared
from bot.tables import jobs, switches

ACCEPTING, DRAINING, WORDS = "accepting", "draining", "words"


class State(NamedTuple):
    """How things are switched. *_at: when each last was, in seconds since 1970; None: never."""

    accepting: bool = True
    draining: bool = False
    accepting_at: float | None = None
    draining_at: float | None = None
    words_at: float | None = None


# Without the words, which may be many: that they changed is told by their time. Other rows of the
# table are other modules' memories.
_STATE = Prepared(
    select(
        switches.c.name,
        switches.c.at,
        case((switches.c.name != WORDS, switches.c.value), else_=null()),
    ).where(or_(*(switches.c.name == it for it in (ACCEPTING, DRAINING, WORDS))))
)


def state(db: Connection) -> State:
    """How things are switched now. One quick statement: webhooks ask this, too."""
    found: dict[str, Any] = {}
    for name, at, value in _STATE.all(db):
        found[f"{name}_at"] = at
        if name != WORDS:
            found[name] = bool(_plain(value))
    return State(**found)


def turn(db: Connection, name: str, on: bool) -> None:
    """Switch `accepting` or `draining`.

    When draining ends, all that waits is marked as unpublished: for whoever switches, or the next
    sweep, to publish (bot.waking.late).
    """
    _store(db, name, on)
    if name == DRAINING and not on:
        waiting = jobs.c.state == "queued"
        db.execute(update(jobs).where(waiting).values(published_at=None))


_known: tuple[float, Amendment] | None = None


def amendment(db: Connection, at: float | None) -> Amendment:
    """What was changed about the moderation lists. at: `words_at` of the state that was just read;
    what a process has read for that moment, it does not read again."""
    global _known
    if at is None:
        return Amendment()
    known = _known
    if known is None or known[0] != at:
        known = _known = (at, words(db))
    return known[1]


def words(db: Connection, *, to_change: bool = False) -> Amendment:
    """The same, read now. to_change: nobody else changes it until this transaction ends."""
    query = select(switches.c.value).where(switches.c.name == WORDS)
    found = db.execute(query.with_for_update() if to_change else query).scalar_one_or_none()
    return _read(found) if isinstance(found, dict) else Amendment()


def set_words(db: Connection, changed: Amendment) -> None:
    """Store what is changed about the moderation lists; it holds from the next wish on."""
    _store(db, WORDS, changed._asdict())


def _read(found: Mapping[str, Any]) -> Amendment:
    return Amendment(
        added=tuple((str(category), str(word)) for category, word in found.get("added", ())),
        removed=tuple((str(category), str(word)) for category, word in found.get("removed", ())),
        allowed=tuple(map(str, found.get("allowed", ()))),
    )


def _plain(value: Any) -> Any:
    """SQLite's driver hands over JSON as its text."""
    return json.loads(value) if isinstance(value, str) else value


def _store(db: Connection, name: str, value: Any) -> None:
    values = {"value": value, "at": now()}
    # One statement: of two processes that both find no row, one would fail.
    insert = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
    made = insert(switches).values(name=name, **values)
    db.execute(made.on_conflict_do_update(index_elements=[switches.c.name], set_=values))


def value(db: Connection, name: str) -> Any:
    """What is stored under a name that is no switch, such as a code or a chat; None: nothing."""
    return db.execute(select(switches.c.value).where(switches.c.name == name)).scalar_one_or_none()


def several(db: Connection, *names: str) -> dict[str, tuple[Any, float]]:
    """What is stored under these names, and when it was; a name without anything is left out."""
    rows = select(switches.c.name, switches.c.value, switches.c.at)
    found = db.execute(rows.where(switches.c.name.in_(names)))
    return {name: (value, at) for name, value, at in found}


def put(db: Connection, name: str, value: Any) -> None:
    """Store it. name: at most 64 characters; value: as JSON."""
    _store(db, name, value)


def drop(db: Connection, name: str) -> bool:
    """Forget it; False: nothing was stored."""
    return db.execute(delete(switches).where(switches.c.name == name)).rowcount == 1
