"""From queued to drawn: add, claim, renew, requeue, fail, recover."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from bot.jobs import attempts
from bot.jobs.fair_queue import next_job_id
from bot.jobs.model import DRAWING, DRAWN, FAILED, QUEUED, Job, StoredPicture, new_number
from bot.jobs.queries import get
from bot.jobs.reply_tokens import add_token
from bot.store.clock import now
from bot.store.prepared import Prepared
from bot.store.schema import attempts as attempt_rows
from bot.store.schema import jobs, pictures
from bot.store.statements import insert_or_skip, take_due, update_one
from bot.telemetry import tracing

if TYPE_CHECKING:
    from bot.prompt.request.stored import StoredRequest

# At a million jobs one 受付番号 in a thousand was given before, and another is drawn.
_INSERT = Prepared(partial(insert_or_skip, jobs, unique=jobs.c.number))


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
    request: StoredRequest,
    reply_token: str | None,
    token_at: float,
    parent_id: str | None = None,
) -> tuple[str, str]:
    """Store a new queued job and the reply token it came with; returns its id and 受付番号.

    parent_id: the job or photo whose picture it is made from.
    """
    job_id = uuid4().hex
    now_ts = now()
    values = {
        "id": job_id,
        "secret": secrets.token_hex(16),
        "event_id": event_id,
        "chat_id": chat_id,
        "chat_kind": chat_kind,
        "user_id": user_id,
        "message_id": message_id,
        "quote_token": quote_token,
        "language": language,
        "request": request.to_json(),
        "parent_id": parent_id,
        "trace": tracing.current(),
        "asked": request.count,
        "state": QUEUED,
        "created_at": now_ts,
        # Set before the broker has it; `mark_unpublished` sets it back if publishing fails.
        "published_at": now_ts,
    }
    while not _INSERT.run(db, number=(number := new_number()), **values):
        pass
    if reply_token:
        add_token(db, job_id, reply_token, token_at)
    return job_id, number


def claim_next(db: Connection, owner: str, lease: float) -> Job | None:
    """Take the queued job whose turn it is (bot.jobs.fair_queue) for `lease` seconds.

    Returns None if nothing is queued.
    """
    while (job_id := next_job_id(db)) is not None:
        if job := claim(db, job_id, owner, lease):
            return job
        # Another worker was faster; what it took counts for its requester from now on.
    return None


def claim(db: Connection, job_id: str, owner: str, lease: float) -> Job | None:
    """Take a queued job and begin an attempt; returns None if it is not queued any more."""
    now_ts = now()
    values = {
        "state": DRAWING,
        "attempts": jobs.c.attempts + 1,
        "lease_owner": owner,
        "lease_until": now_ts + lease,
        "drawing_at": now_ts,
        "step": 0,
    }
    if not update_one(db, jobs, jobs.c.id == job_id, jobs.c.state == QUEUED, **values):
        return None
    if job := get(db, job_id):
        attempts.begin(db, job_id, owner, job.attempts, now_ts)
    return job


def renew_lease(
    db: Connection, job_id: str, owner: str | None, lease: float, *, step: int, steps: int | None
) -> bool:
    """Keep a claimed job for `lease` more seconds, and note the step.

    Returns False, as those below do, if the job is not this owner's any more.
    """
    values = {"lease_until": now() + lease, "step": step, "steps": steps}
    return update_one(db, jobs, *_claimed_by(job_id, owner), **values)


def note_error(db: Connection, job_id: str, owner: str | None, code: str) -> bool:
    """Note what a claimed job waits for; gone when it is drawn."""
    return update_one(db, jobs, *_claimed_by(job_id, owner), error_code=code)


def mark_drawn(
    db: Connection,
    job_id: str,
    owner: str | None,
    stored: Sequence[StoredPicture],
    painted_at: float,
    *,
    request: StoredRequest | None = None,
) -> bool:
    """Note that a claimed job is painted, with its pictures.

    request: replaces the stored one by what the worker learnt of it.
    """
    now_ts = now()
    values = _released(DRAWN) | {"painted_at": painted_at, "drawn_at": now_ts, "deliver_at": now_ts}
    values["error_code"] = None
    if request is not None:
        values["request"] = request.to_json()
    if not update_one(db, jobs, *_claimed_by(job_id, owner), **values):
        return False
    _end_attempt(db, job_id, attempts.PAINTED)
    db.execute(insert(pictures), [{"job_id": job_id, **picture._asdict()} for picture in stored])
    return True


def requeue(
    db: Connection, job_id: str, owner: str | None, *, counted: bool, code: str | None = None
) -> bool:
    """Return a claimed job to the queue.

    counted: whether the attempt was a failure, rather than a stop. code: what it failed from.
    """
    values = _released(QUEUED) | {"published_at": now()}
    if not counted:
        values["attempts"] = jobs.c.attempts - 1
    if not update_one(db, jobs, *_claimed_by(job_id, owner), **values):
        return False
    _end_attempt(db, job_id, attempts.FAILED if counted else attempts.STOPPED, code)
    return True


def fail(db: Connection, job_id: str, code: str, *, owner: str | None = None) -> bool:
    """Give up a claimed job, or without `owner` a queued one; the courier tells the chat."""
    queued = (jobs.c.id == job_id, jobs.c.state == QUEUED)
    where = _claimed_by(job_id, owner) if owner else queued
    values = _released(FAILED) | {"error_code": code, "deliver_at": now()}
    if not update_one(db, jobs, *where, **values):
        return False
    if owner:
        _end_attempt(db, job_id, attempts.FAILED, code)
    return True


def mark_unpublished(db: Connection, job_ids: Sequence[str]) -> None:
    """Note that the broker did not take the draw messages of these jobs: the sweep sends them."""
    queued = and_(jobs.c.id.in_(job_ids), jobs.c.state == QUEUED)
    db.execute(update(jobs).where(queued).values(published_at=None))


def overdue(db: Connection, republish_after: float, limit: int = 200) -> list[str]:
    """Return ids of queued jobs that were never published, or `republish_after` seconds ago.

    They count as published now. A message too many is harmless (nothing is left to claim), one too
    few is a lost picture.
    """
    now_ts = now()
    late = or_(jobs.c.published_at.is_(None), jobs.c.published_at < now_ts - republish_after)
    due = and_(jobs.c.state == QUEUED, late)
    return take_due(db, jobs, due, order_by=jobs.c.created_at, limit=limit, published_at=now_ts)


def recover_expired(db: Connection, max_attempts: int) -> tuple[list[str], list[str]]:
    """Take jobs from workers whose lease is over; returns ids (queued again, given up)."""
    expired = and_(jobs.c.state == DRAWING, jobs.c.lease_until < now())
    exhausted = and_(expired, jobs.c.attempts >= max_attempts)
    failed = {"error_code": "too_many_attempts", "deliver_at": now()}
    given_up = _recover(db, exhausted, **_released(FAILED), **failed)
    return _recover(db, expired, **_released(QUEUED), published_at=now()), given_up


def release_leases(db: Connection, worker_id: str) -> int:
    """Let the leases of a process (host:pid) that hangs end now; returns how many there were.

    The next sweep recovers the jobs. The attempts count, since one of them may have caused it.
    """
    prefix = f"{worker_id}/"
    attempts.end(db, attempt_rows.c.owner.startswith(prefix, autoescape=True), attempts.HUNG)
    leased = and_(
        jobs.c.state == DRAWING,
        jobs.c.lease_owner.startswith(prefix, autoescape=True),
        jobs.c.lease_until > now(),
    )
    return db.execute(update(jobs).where(leased).values(lease_until=now())).rowcount


def end_leases_of_dead(db: Connection, host: str, is_dead: Callable[[int], bool]) -> int:
    """Let the leases of workers of a host that are dead end now; returns how many there were.

    is_dead: told a process id. The next sweep recovers the jobs.
    """
    drawing = jobs.c.state == DRAWING
    own = jobs.c.lease_owner.startswith(f"{host}:", autoescape=True)
    query = select(jobs.c.id, jobs.c.lease_owner).where(drawing, own, jobs.c.lease_until > now())
    ended = 0
    for job_id, owner in db.execute(query).all():
        pid = owner.removeprefix(f"{host}:").partition("/")[0]
        if pid.isdecimal() and is_dead(int(pid)):
            ended += update_one(db, jobs, *_claimed_by(job_id, owner), lease_until=now())
    return ended


def _recover(db: Connection, expired: ColumnElement[bool], **values: Any) -> list[str]:
    """Change these jobs one by one; returns ids of those that were still expired."""
    ids = list(db.execute(select(jobs.c.id).where(expired)).scalars())
    changed = [
        job_id for job_id in ids if update_one(db, jobs, expired, jobs.c.id == job_id, **values)
    ]
    attempts.end(db, attempt_rows.c.job_id.in_(changed), attempts.LOST)
    return changed


def _released(state: str) -> dict[str, Any]:
    return {"state": state, "lease_owner": None, "lease_until": None}


def _claimed_by(job_id: str, owner: str | None) -> tuple[ColumnElement[bool], ...]:
    return jobs.c.id == job_id, jobs.c.state == DRAWING, jobs.c.lease_owner == owner


def _end_attempt(db: Connection, job_id: str, outcome: str, code: str | None = None) -> None:
    attempts.end(db, attempt_rows.c.job_id == job_id, outcome, code)
