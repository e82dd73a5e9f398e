"""The audit log: what operators did, stored in the transaction that does it, and logged.

Neither holds a prompt or an id of a person: `about` is a 受付番号 or a fingerprint.
"""

from __future__ import annotations

import getpass
import os
import socket
from typing import NamedTuple
from uuid import uuid4

import structlog
from sqlalchemy import Connection, insert, select

from bot.store.clock import now
from bot.store.schema import audit

log = structlog.get_logger(__name__)


class Entry(NamedTuple):
    """One row of `audit`. who: user@host, or admin@ and the address that a page was used from. at:
    seconds since 1970."""

    id: str
    at: float
    who: str
    action: str
    about: str
    detail: str | None


def record(
    db: Connection, action: str, about: str, detail: str | None = None, *, who: str | None = None
) -> None:
    """Store that `who`, else this process's user, does `action` to `about`.

    action: at most 32 characters; about: at most 64.
    """
    who = who or current_operator()
    values = {"id": uuid4().hex, "at": now(), "who": who, "action": action, "about": about}
    db.execute(insert(audit).values(**values, detail=detail[:255] if detail else None))
    # A warning, so that it is seen wherever logs are looked at.
    log.warning("operator.acted", action=action, about=about[:16], who=who)


def latest(db: Connection, limit: int = 50, before: float | None = None) -> list[Entry]:
    """Return the last entries, newest first; `before`: seconds since 1970."""
    query = select(audit).order_by(audit.c.at.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.at < before)
    return [Entry(*row) for row in db.execute(query)]


def current_operator() -> str:
    """Return user@host of this process, at most 255 characters; behind sudo, who called it."""
    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        name = f"uid {os.getuid()}"
    return f"{name}@{socket.gethostname()}"[:255]
