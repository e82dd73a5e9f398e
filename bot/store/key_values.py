"""Named values in JSON, in the table `switches`: what needs no table of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select

from bot.store.clock import now
from bot.store.schema import switches
from bot.store.statements import upsert


def get(db: Connection, name: str, *, for_update: bool = False) -> Any:
    """Return the value stored under a name; None if nothing is.

    for_update: lock the row until the transaction ends.
    """
    query = select(switches.c.value).where(switches.c.name == name)
    return db.execute(query.with_for_update() if for_update else query).scalar_one_or_none()


def get_many(db: Connection, *names: str) -> dict[str, tuple[Any, float]]:
    """Return name -> (value, when it was stored), without the names that have no value."""
    return _by_name(db, switches.c.name.in_(names))


def get_prefixed(db: Connection, prefix: str) -> dict[str, tuple[Any, float]]:
    """Return name -> (value, when it was stored) of all names with this prefix, oldest first."""
    return _by_name(db, switches.c.name.startswith(prefix, autoescape=True))


def _by_name(db: Connection, where: Any) -> dict[str, tuple[Any, float]]:
    query = select(switches.c.name, switches.c.value, switches.c.at)
    rows = db.execute(query.where(where).order_by(switches.c.at))
    return {name: (value, at) for name, value, at in rows}


def put(db: Connection, name: str, value: Any) -> None:
    """Store a JSON value under a name of at most 64 characters."""
    upsert(db, switches, {"name": name}, {"value": value, "at": now()})


def drop(db: Connection, name: str) -> bool:
    """Delete a value; returns whether there was one."""
    return db.execute(delete(switches).where(switches.c.name == name)).rowcount == 1
