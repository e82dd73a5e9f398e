"""Reply tokens: free, good for one use and for about a minute."""

from __future__ import annotations

from sqlalchemy import Connection, case, insert, select, update

from bot.database import now
from bot.jobs.model import BRINGABLE, DRAWN, UNFINISHED, WAITING
from bot.prepared import Prepared
from bot.tables import jobs, reply_tokens

_INSERT = Prepared(insert(reply_tokens))


def add_token(db: Connection, job_id: str, token: str, received_at: float) -> None:
    """Keep a free reply token for the job."""
    _INSERT.run(db, token=token, job_id=job_id, received_at=received_at)


def wake(db: Connection, job_id: str) -> None:
    """A person waits at the counter with a fresh token: bring the job's outcome now."""
    db.execute(
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(
            wakes=jobs.c.wakes + 1,
            deliver_at=case((BRINGABLE, now()), else_=jobs.c.deliver_at),
            state=case((jobs.c.state == WAITING, DRAWN), else_=jobs.c.state),
        )
    )


def live_token(
    db: Connection, job_id: str, life: float, *, older_than: float = 0
) -> tuple[str, float] | None:
    """The newest unspent token of a job (token, received at) between `older_than` and `life` s."""
    moment = now()
    query = (
        select(reply_tokens.c.token, reply_tokens.c.received_at)
        .where(
            reply_tokens.c.job_id == job_id,
            reply_tokens.c.spent_at.is_(None),
            reply_tokens.c.received_at > moment - life,
            reply_tokens.c.received_at <= moment - older_than,
        )
        .order_by(reply_tokens.c.received_at.desc())
        .limit(1)
    )
    row = db.execute(query).first()
    return (row.token, row.received_at) if row else None


def spend(db: Connection, token: str) -> bool:
    """Claim a token before it is used; False when somebody else has claimed it."""
    changed = db.execute(
        update(reply_tokens)
        .where(reply_tokens.c.token == token, reply_tokens.c.spent_at.is_(None))
        .values(spent_at=now())
    )
    return changed.rowcount == 1


def needing_ticket(db: Connection, after: float, life: float, limit: int = 200) -> list[str]:
    """Unfinished jobs one of whose unspent tokens is between `after` and `life` seconds old."""
    moment = now()
    query = (
        select(jobs.c.id)
        .join(reply_tokens, reply_tokens.c.job_id == jobs.c.id)
        .where(
            jobs.c.state.in_(UNFINISHED),
            reply_tokens.c.spent_at.is_(None),
            reply_tokens.c.received_at <= moment - after,
            reply_tokens.c.received_at > moment - life,
        )
        .distinct()
        .limit(limit)
    )
    return list(db.execute(query).scalars())
