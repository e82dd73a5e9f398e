"""What operators do with events of the inbox that were set aside."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.store import audit, inbox


def retry(db: Connection, seq: int, who: str | None = None) -> bool:
    """Have a parked event tried again. Returns False if there is none.

    Publish READ_INBOX after the commit.
    """
    if not inbox.unpark(db, seq):
        return False
    audit.record(db, "retry event", str(seq), who=who)
    return True


def drop(db: Connection, seq: int, who: str | None = None) -> bool:
    """Delete a parked event. Returns False if there is none."""
    if not inbox.delete_parked(db, seq):
        return False
    audit.record(db, "drop event", str(seq), who=who)
    return True
