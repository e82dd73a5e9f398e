"""The logins in force: a row of `switches` each, deleted when the operator logs out.

A cookie alone cannot be revoked: a copy of it would stay valid after the logout.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, delete

from bot.store import key_values
from bot.store.clock import now
from bot.store.schema import switches as rows

_PREFIX = "login:"


def start(db: Connection, max_age: float) -> str:
    """Start a login and return its id; delete those that are older than `max_age` seconds.

    The session holds the id, signed with the password (bot.web.admin.security): reading the table
    is not enough to forge a session.
    """
    old = rows.c.name.startswith(_PREFIX) & (rows.c.at < now() - max_age)
    db.execute(delete(rows).where(old))
    login = secrets.token_hex(16)
    key_values.put(db, _PREFIX + login, True)
    return login


def is_active(db: Connection, login: str) -> bool:
    """Return whether a login has started and has not been ended."""
    return bool(key_values.get(db, _PREFIX + login))


def end(db: Connection, login: str) -> None:
    """End a login, in every browser that has its cookie."""
    key_values.drop(db, _PREFIX + login)
