"""Whether the painter is ready, and somebody's message has come and been answered."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.store import outbox, workers
from bot.store.database import Database
from bot.store.schema import deliveries, events


def worker_ready(database: Database, since: float) -> bool:
    """Return whether a worker that has loaded its model was alive since then."""
    with database.read() as db:
        rows = workers.all_workers(db)
    loaded = (row for row in rows if row.process == "worker" and not row.was_loading)
    return any(row.seen_at >= since for row in loaded)


def message_came(database: Database, since: float) -> bool:
    """Return whether LINE has brought a message since then. since: seconds since 1970."""
    query = select(func.count()).where(events.c.type == "message", events.c.received_at >= since)
    with database.read() as db:
        return bool(db.execute(query).scalar_one())


def answer_sent(database: Database, since: float) -> bool:
    """Return whether LINE has taken an answer that was made since then."""
    query = select(func.count()).where(
        deliveries.c.state == outbox.SENT,
        deliveries.c.kind != outbox.ALARM,
        deliveries.c.created_at >= since,
    )
    with database.read() as db:
        return bool(db.execute(query).scalar_one())
