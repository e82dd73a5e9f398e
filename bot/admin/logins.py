"""The logins that stand: a row of `switches` each, which is gone when its operator logs out.

A cookie alone cannot be taken back: a copy of it would live on after the log-out.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, delete

from bot import switches
from bot.database import now
from bot.tables import switches as rows

_PREFIX = "login:"


def begin(db: Connection, longest: float) -> str:
    """The id of a new login; those of more than `longest` seconds ago, which are over, are dropped.

    The session holds the id, signed with the password (bot.admin.security): who reads the table
    cannot make a session of it.
    """
    old = rows.c.name.startswith(_PREFIX) & (rows.c.at < now() - longest)
    db.execute(delete(rows).where(old))
    login = secrets.token_hex(16)
    switches.put(db, _PREFIX + login, True)
    return login


def stands(db: Connection, login: str) -> bool:
    """Whether it has begun and nobody has ended it."""
    return bool(switches.value(db, _PREFIX + login))


def end(db: Connection, login: str) -> None:
    """Whoever holds this login, in whichever browser, has to log in again."""
    switches.drop(db, _PREFIX + login)
