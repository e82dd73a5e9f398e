"""Reply tokens: free, good for one use and for about a minute.

https://developers.line.biz/en/reference/messaging-api/#send-reply-message-reply-token
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, case, insert, select, update

from bot.jobs.model import DELIVERABLE, DRAWN, UNFINISHED, WAITING
from bot.store.clock import now
from bot.store.prepared import Prepared
from bot.store.schema import jobs, reply_tokens
from bot.store.statements import update_one

_INSERT = Prepared(insert(reply_tokens))


def add_token(db: Connection, job_id: str, token: str, received_at: float) -> None:
    """Store a free reply token for a job."""
    _INSERT.run_later(db, token=token, job_id=job_id, received_at=received_at)


def reactivate_delivery(db: Connection, job_id: str) -> None:
    """Make a job's outcome due now, since somebody asked for it with a fresh token."""
    values = {
        "wakes": jobs.c.wakes + 1,
        "deliver_at": case((DELIVERABLE, now()), else_=jobs.c.deliver_at),
        "state": case((jobs.c.state == WAITING, DRAWN), else_=jobs.c.state),
    }
    db.execute(update(jobs).where(jobs.c.id == job_id).values(**values))


def live_token(
    db: Connection, job_id: str, max_age: float, *, min_age: float = 0
) -> tuple[str, float] | None:
    """Return a job's newest unspent token and when it came, if its age in seconds is in range."""
    columns = (reply_tokens.c.token, reply_tokens.c.received_at)
    query = select(*columns).where(reply_tokens.c.job_id == job_id, _unspent(min_age, max_age))
    row = db.execute(query.order_by(reply_tokens.c.received_at.desc()).limit(1)).first()
    return (row.token, row.received_at) if row else None


def spend_token(db: Connection, token: str) -> bool:
    """Claim a token before it is used; returns False if it was claimed before."""
    unspent = (reply_tokens.c.token == token, reply_tokens.c.spent_at.is_(None))
    return update_one(db, reply_tokens, *unspent, spent_at=now())


def jobs_needing_ticket(db: Connection, min_age: float, max_age: float) -> list[str]:
    """Return ids of unfinished jobs with an unspent token whose age in seconds is in range."""
    query = select(jobs.c.id).join(reply_tokens, reply_tokens.c.job_id == jobs.c.id)
    query = query.where(jobs.c.state.in_(UNFINISHED), _unspent(min_age, max_age))
    return list(db.execute(query.distinct().limit(200)).scalars())


def _unspent(min_age: float, max_age: float) -> ColumnElement[bool]:
    now_ts = now()
    return and_(
        reply_tokens.c.spent_at.is_(None),
        reply_tokens.c.received_at > now_ts - max_age,
        reply_tokens.c.received_at <= now_ts - min_age,
    )
