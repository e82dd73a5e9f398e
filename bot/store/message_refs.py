"""Which message of the bot showed which picture: people quote those messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.store.prepared import Prepared
from bot.store.schema import shown

_BY_MESSAGE = Prepared(
    select(shown.c.job_id, shown.c.position).where(shown.c.message_id == bindparam("message"))
)


def record(db: Connection, job_id: str, messages: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Store the (message id of LINE, message) pairs that were sent about a job.

    The n-th message with an image shows the job's n-th picture.
    """
    rows: list[dict[str, Any]] = []
    position = 0
    for message_id, message in messages:
        row: dict[str, Any] = {"message_id": message_id, "job_id": job_id, "position": None}
        if message["type"] == "image":
            row["position"] = position
            position += 1
        rows.append(row)
    if rows:
        message_ids = [row["message_id"] for row in rows]
        db.execute(delete(shown).where(shown.c.message_id.in_(message_ids)))
        db.execute(insert(shown), rows)


def find(db: Connection, message_id: str) -> tuple[str, int | None] | None:
    """Return (job id, position of the picture) of a message of the bot; None if unknown.

    The position is None for a message that shows no single picture.
    """
    row = _BY_MESSAGE.first(db, message=message_id)
    return (row[0], row[1]) if row else None
