"""From queued to drawn: who paints, and what happens when they vanish."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, bindparam, insert, or_, select, update

from bot import tracing
from bot.database import now
from bot.jobs import attempts
from bot.jobs.model import DRAWING, DRAWN, FAILED, QUEUED, Job, StoredPicture, new_number
from bot.jobs.queries import get
from bot.jobs.tokens import add_token
from bot.jobs.turns import next_in_turn
from bot.prepared import Prepared
from bot.tables import attempts as table
from bot.tables import jobs, pictures

_INSERT = Prepared(insert(jobs))
_WITH_NUMBER = Prepared(select(jobs.c.id).where(jobs.c.number == bindparam("number")))


def add(
    db: Connection,
    *,
    event_id: str,
    chat_id: str,
    chat_kind: str,
    user_id: str | None,
    message_id: str | None,
    quote_token: str | None,
    language: str,
    request: Mapping[str, Any],
    reply_token: str | None,
    token_at: float,
    parent_id: str | None = None,
) -> tuple[str, str]:
    """Store a new queued job and the reply token it came with; returns its id and 受付番号.

    parent_id: the job, or the photo, that it goes on from.
    """
    job_id = uuid4().hex
    number = _free_number(db)
    moment = now()
    values = {
        "id": job_id,
        "number": number,
        "secret": secrets.token_hex(16),
        "event_id": event_id,
        "chat_id": chat_id,
        "chat_kind": chat_kind,
        "user_id": user_id,
        "message_id": message_id,
        "quote_token": quote_token,
        "language": language,
        "request": dict(request),
        "parent_id": parent_id,
        "trace": tracing.current(),
        "asked": request.get("count") or 1,
        "state": QUEUED,
        "created_at": moment,
        # Set before the broker has it; whoever fails to publish sets it back (see `unpublished`).
        "published_at": moment,
    }
    _INSERT.run(db, **values)
    if reply_token:
        add_token(db, job_id, reply_token, token_at)
    return job_id, number


def claim(db: Connection, job_id: str, owner: str, lease: float) -> Job | None:
    """Take a queued job for painting: attempt + 1, leased for `lease` seconds.

    None when it is not queued any more: another worker has it, or it was cancelled.
    """
    moment = now()
    taken = db.execute(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state == QUEUED)
        .values(
            state=DRAWING,
            attempts=jobs.c.attempts + 1,
            lease_owner=owner,
            lease_until=moment + lease,
            drawing_at=moment,
            step=0,
        )
    )
    job = get(db, job_id) if taken.rowcount == 1 else None
    if job is not None:
        attempts.begin(db, job_id, owner, job.attempts, moment)
    return job


def claim_next(db: Connection, owner: str, lease: float) -> Job | None:
    """Take the queued job whose turn it is (bot.jobs.turns); None when nothing is queued."""
    while (job_id := next_in_turn(db)) is not None:
        if job := claim(db, job_id, owner, lease):
            return job
        # Another worker was faster; what it took counts for its person from now on.
    return None


def renew(
    db: Connection, job_id: str, owner: str | None, lease: float, *, step: int, steps: int | None
) -> bool:
    """Renew the lease and note the step; False when the job is not this owner's any more."""
    changed = db.execute(
        update(jobs)
        .where(_mine(job_id, owner))
        .values(lease_until=now() + lease, step=step, steps=steps)
    )
    return changed.rowcount == 1


def drawn(
    db: Connection,
    job_id: str,
    owner: str | None,
    stored: Sequence[StoredPicture],
    painted_at: float,
    *,
    kept: Mapping[str, Any] | None = None,
) -> bool:
    """Mark as drawn, with its pictures; False when the job is not this owner's any more.

    kept: the request with what the worker learnt of it, in place of the one that was stored.
    """
    moment = now()
    more = {} if kept is None else {"request": dict(kept)}
    changed = db.execute(
        update(jobs)
        .where(_mine(job_id, owner))
        .values(
            state=DRAWN,
            painted_at=painted_at,
            drawn_at=moment,
            deliver_at=moment,
            lease_owner=None,
            lease_until=None,
            **more,
        )
    )
    if changed.rowcount != 1:
        return False
    _ended(db, job_id, attempts.PAINTED)
    db.execute(insert(pictures), [{"job_id": job_id, **it._asdict()} for it in stored])
    return True


def give_back(
    db: Connection, job_id: str, owner: str | None, *, counted: bool, code: str | None = None
) -> bool:
    """Return a job to the queue; `counted` False when the attempt was no failure (a stop), else
    `code` says what it failed from."""
    values: dict[str, Any] = {"state": QUEUED, "lease_owner": None, "lease_until": None}
    values["published_at"] = now()
    if not counted:
        values["attempts"] = jobs.c.attempts - 1
    changed = db.execute(update(jobs).where(_mine(job_id, owner)).values(**values))
    if changed.rowcount == 1:
        _ended(db, job_id, attempts.FAILED if counted else attempts.STOPPED, code)
    return changed.rowcount == 1


def fail(db: Connection, job_id: str, code: str, *, owner: str | None = None) -> bool:
    """Give a job up for good (with `owner`, only if it is theirs); the courier tells the chat."""
    mine = _mine(job_id, owner) if owner else and_(jobs.c.id == job_id, jobs.c.state == QUEUED)
    changed = db.execute(
        update(jobs)
        .where(mine)
        .values(
            state=FAILED,
            error_code=code,
            deliver_at=now(),
            lease_owner=None,
            lease_until=None,
        )
    )
    if owner and changed.rowcount == 1:
        _ended(db, job_id, attempts.FAILED, code)
    return changed.rowcount == 1


def unpublished(db: Connection, job_ids: Sequence[str]) -> None:
    """Note that the broker did not take the draw messages of these jobs: the sweep sends them."""
    db.execute(
        update(jobs).where(jobs.c.id.in_(job_ids), jobs.c.state == QUEUED).values(published_at=None)
    )


def overdue(db: Connection, republish_after: float, limit: int = 200) -> list[str]:
    """Queued jobs to publish (again): never published, or long ago; they count as published now.

    A message too many is harmless (the claim refuses it), one too few is a lost picture.
    """
    moment = now()
    late = or_(jobs.c.published_at.is_(None), jobs.c.published_at < moment - republish_after)
    query = select(jobs.c.id).where(jobs.c.state == QUEUED, late).order_by(jobs.c.created_at)
    found = list(db.execute(query.limit(limit)).scalars())
    if found:
        db.execute(update(jobs).where(jobs.c.id.in_(found)).values(published_at=moment))
    return found


def rescue(db: Connection, max_attempts: int) -> tuple[list[str], list[str]]:
    """Take jobs from workers that gave no sign of life: (queued again, given up) job ids."""
    dead = and_(jobs.c.state == DRAWING, jobs.c.lease_until < now())
    free = {"lease_owner": None, "lease_until": None}
    spent = and_(dead, jobs.c.attempts >= max_attempts)
    over = {"state": FAILED, "error_code": "too_many_attempts", "deliver_at": now()}
    given_up = _each(db, spent, **over, **free)
    return _each(db, dead, state=QUEUED, published_at=now(), **free), given_up


def _each(db: Connection, which: ColumnElement[bool], **values: Any) -> list[str]:
    """Change those jobs, each by a condition of its own; the ids of those that were still so."""
    found = list(db.execute(select(jobs.c.id).where(which)).scalars())
    change = update(jobs).where(which).values(**values)
    changed = [it for it in found if db.execute(change.where(jobs.c.id == it)).rowcount]
    attempts.end(db, table.c.job_id.in_(changed), attempts.LOST)
    return changed


def _ended(db: Connection, job_id: str, outcome: str, code: str | None = None) -> None:
    attempts.end(db, table.c.job_id == job_id, outcome, code)


def _free_number(db: Connection) -> str:
    """A 受付番号 that no job ever had: of a million, one new number in a thousand is."""
    while True:
        number = new_number()
        if _WITH_NUMBER.first(db, number=number) is None:
            return number


def _mine(job_id: str, owner: str | None) -> Any:
    return and_(jobs.c.id == job_id, jobs.c.state == DRAWING, jobs.c.lease_owner == owner)
