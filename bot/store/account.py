"""What LINE says of the bot's account; the couriers ask for it, and the web process needs it."""

from __future__ import annotations

import json

from sqlalchemy import Connection, bindparam, select

from bot.store import key_values
from bot.store.prepared import Prepared
from bot.store.schema import switches

DEFAULT_NAME = "絵筆"
_NAME = "account_name"
_VALUE = Prepared(select(switches.c.value).where(switches.c.name == bindparam("name")))


def get_name(db: Connection) -> str:
    """Return the account's display name; until LINE was asked, 「絵筆」."""
    row = _VALUE.first(db, name=_NAME)
    if row is None:
        return DEFAULT_NAME
    value = row[0]
    # SQLite's driver returns JSON as text.
    return str(json.loads(value)) if isinstance(value, str) and value[:1] == '"' else str(value)


def set_name(db: Connection, name: str) -> None:
    """Store the account's display name."""
    if name and name != get_name(db):
        key_values.put(db, _NAME, name)
