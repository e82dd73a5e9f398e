"""A worker that ends because it hangs lets go of what it had."""

from __future__ import annotations

from sqlalchemy import Connection, update

from bot.database import now
from bot.jobs import attempts
from bot.jobs.model import DRAWING
from bot.tables import attempts as table
from bot.tables import jobs


def abandon(db: Connection, process: str) -> int:
    """Let the leases of a process (host:pid) end now; how many there were.

    The next sweep puts the jobs back or, after too many attempts, gives them up: the attempt
    counts, since one of them may be what it hung over.
    """
    theirs = jobs.c.lease_owner.startswith(f"{process}/", autoescape=True)
    attempts.end(db, table.c.owner.startswith(f"{process}/", autoescape=True), attempts.HUNG)
    changed = db.execute(
        update(jobs)
        .where(jobs.c.state == DRAWING, theirs, jobs.c.lease_until > now())
        .values(lease_until=now())
    )
    return changed.rowcount
