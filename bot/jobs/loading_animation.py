"""LINE's loading animation in 1:1 chats, started again as long as somebody waits.

https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, func, or_, select

from bot.jobs.model import UNFINISHED
from bot.store import chats
from bot.store.clock import now
from bot.store.database import Database
from bot.store.prepared import Prepared
from bot.store.schema import events, jobs

ANIMATION_SECONDS = 55.0  # after which it is started again; it ends after 60 at most
MAX_ANIMATED_SECONDS = 600.0  # for which somebody may still be looking at it
MAX_ANIMATIONS = 100  # started in one go; LINE takes as many in a second

_WAITING_CHAT = Prepared(
    select(jobs.c.chat_id).where(
        jobs.c.id == bindparam("job"),
        jobs.c.chat_kind == "user",
        or_(*(jobs.c.state == state for state in UNFINISHED)),
    )
)


def waiting_chat(database: Database, job_id: str) -> str | None:
    """Return the 1:1 chat that waits for a job; None if it is another kind of chat, or does not."""
    row = database.first(_WAITING_CHAT, job=job_id)
    return row[0] if row else None


def expiring_animations(db: Connection) -> dict[str, str]:
    """Return key -> job id of unfinished jobs whose animation ends soon or was ended by a ticket.

    A key stands for one animation, whichever courier finds it due (see `claim_animations`).
    """
    now_ts = now()
    since = func.coalesce(jobs.c.ticket_at, jobs.c.created_at)
    job_ids: dict[str, str] = {}
    for state in UNFINISHED:
        query = (
            select(jobs.c.id, jobs.c.ticket_at, since)
            .where(
                jobs.c.state == state,
                jobs.c.chat_kind == "user",
                or_(jobs.c.ticket_at.is_not(None), jobs.c.created_at <= now_ts - ANIMATION_SECONDS),
                since > now_ts - MAX_ANIMATED_SECONDS,
            )
            .order_by(jobs.c.created_at)
            .limit(MAX_ANIMATIONS)
        )
        for job_id, ticket_at, since_ts in db.execute(query):
            # The first one, before any ticket, came with the request itself.
            nth = int((now_ts - since_ts) / ANIMATION_SECONDS)
            job_ids[f"loading:{job_id}:{ticket_at or 0:.0f}:{nth}"] = job_id
    started = set(db.execute(select(events.c.id).where(events.c.id.in_(job_ids))).scalars())
    return {key: job_id for key, job_id in job_ids.items() if key not in started}


def claim_animations(db: Connection, job_ids: Mapping[str, str]) -> list[str]:
    """Return the jobs (of `expiring_animations`) whose animation no other courier has started."""
    return [
        job_id
        for key, job_id in job_ids.items()
        if chats.record_event(db, key, "loading", "active")
    ]
