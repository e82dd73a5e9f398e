"""The outbox: one row for every message that goes, or may have gone, to LINE.

A row is written, with its reply token or retry key, before LINE is called. After a crash the row
is still `sending`, and what may have happened can be settled instead of guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, and_, delete, insert, or_, select, update
from sqlalchemy.engine import RowMapping

from bot.database import now
from bot.tables import deliveries

READY, SENDING = "ready", "sending"
SENT, DEAD, REFUSED, UNCERTAIN = "sent", "dead", "refused", "uncertain"
RESULT, TICKET, ANSWER, AGAIN = "result", "ticket", "answer", "again"
ALARM = "alarm"  # to an operators' chat
REPLY, PUSH = "reply", "push"
_ON_THEIR_OWN = (TICKET, ANSWER, AGAIN, ALARM)  # a result is driven by its job instead


@dataclass(frozen=True)
class Delivery:
    """One row of `deliveries`; the columns are described in bot.tables."""

    id: str
    job_id: str | None
    kind: str
    way: str
    state: str
    token: str | None
    token_at: float | None
    recipient: str | None
    retry_key: str | None
    price: int
    messages: list[dict[str, Any]] | None
    tries: int
    doubt: bool
    next_at: float | None
    lease_until: float | None
    line_request_id: str | None
    error_code: str | None
    created_at: float
    sent_at: float | None


def add_reply(
    db: Connection,
    kind: str,
    *,
    token: str,
    token_at: float,
    job_id: str | None = None,
    messages: Sequence[dict[str, Any]] | None = None,
) -> str:
    """Store a reply to be sent with this token, which nothing else may use; returns its id."""
    values = {"job_id": job_id, "token": token, "token_at": token_at}
    return _add(db, kind, REPLY, messages, values)


def add_push(
    db: Connection, job_id: str, recipient: str, price: int, messages: Sequence[dict[str, Any]]
) -> str:
    """Store a push; its retry key and its messages stay the same at every try."""
    values = {"job_id": job_id, "recipient": recipient, "price": price, "retry_key": str(uuid4())}
    return _add(db, RESULT, PUSH, messages, values)


def add_alarm(
    db: Connection, recipient: str, price: int, messages: Sequence[dict[str, Any]]
) -> str:
    """Store a push to an operators' chat."""
    values = {"recipient": recipient, "price": price, "retry_key": str(uuid4())}
    return _add(db, ALARM, PUSH, messages, values)


def _add(
    db: Connection,
    kind: str,
    way: str,
    messages: Sequence[dict[str, Any]] | None,
    values: dict[str, Any],
) -> str:
    delivery_id = uuid4().hex
    moment = now()
    common = {"id": delivery_id, "kind": kind, "way": way, "state": READY, "doubt": False}
    common |= {"created_at": moment, "next_at": moment}
    common["messages"] = list(messages) if messages is not None else None
    db.execute(insert(deliveries).values(**common, **values))
    return delivery_id


def claim(db: Connection, delivery_id: str, lease: float) -> Delivery | None:
    """Take a delivery for sending; None when it is settled or another courier has it.

    One that is still `sending` after its lease was left behind by a courier that died: it is taken
    with `doubt`, since the message may have arrived.
    """
    moment = now()
    lost = and_(deliveries.c.state == SENDING, deliveries.c.lease_until < moment)
    taken = db.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id, or_(deliveries.c.state == READY, lost))
        .values(
            doubt=or_(deliveries.c.doubt, deliveries.c.state == SENDING),
            state=SENDING,
            tries=deliveries.c.tries + 1,
            lease_until=moment + lease,
        )
    )
    if taken.rowcount != 1:
        return None
    query = select(deliveries).where(deliveries.c.id == delivery_id)
    return _delivery(db.execute(query).mappings().one())


def doubted(
    db: Connection, delivery_id: str, code: str, lease: float, *, request_id: str | None = None
) -> None:
    """A try ended without an answer; the next one starts now."""
    db.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(doubt=True, error_code=code, lease_until=now() + lease, line_request_id=request_id)
    )


def settle(
    db: Connection, delivery_id: str, state: str, *, code: str | None, request_id: str | None
) -> None:
    """Write down how a delivery ended; its messages are forgotten."""
    values: dict[str, Any] = {"state": state, "error_code": code, "next_at": None}
    values |= {"line_request_id": request_id, "messages": None, "lease_until": None}
    if state == SENT:
        values["sent_at"] = now()
    db.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


def postpone(
    db: Connection, delivery_id: str, delay: float, code: str, *, request_id: str | None = None
) -> None:
    """LINE did not take the message: try again in `delay` seconds."""
    db.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(
            state=READY,
            next_at=now() + delay,
            lease_until=None,
            error_code=code,
            line_request_id=request_id,
        )
    )


def unsettled(db: Connection, job_id: str, kind: str) -> Delivery | None:
    """The delivery of this kind that was begun for a job and not brought to an end."""
    query = (
        select(deliveries)
        .where(
            deliveries.c.job_id == job_id,
            deliveries.c.kind == kind,
            deliveries.c.state.in_((READY, SENDING)),
        )
        .order_by(deliveries.c.created_at)
        .limit(1)
    )
    row = db.execute(query).mappings().first()
    return _delivery(row) if row else None


def may_have_arrived(db: Connection, job_id: str) -> bool:
    """Whether a reply with the job's outcome ended so that nobody knows if it arrived."""
    query = select(deliveries.c.id).where(
        deliveries.c.job_id == job_id,
        deliveries.c.kind == RESULT,
        deliveries.c.state == UNCERTAIN,
    )
    return db.execute(query).first() is not None


def of_job(db: Connection, job_id: str) -> list[Delivery]:
    """Every message that was, or is to be, sent about a job; the oldest first."""
    query = select(deliveries).where(deliveries.c.job_id == job_id)
    rows = db.execute(query.order_by(deliveries.c.created_at)).mappings()
    return [_delivery(row) for row in rows]


def pushed(db: Connection, job_id: str) -> bool:
    """Whether the job's outcome was ever pushed, or tried to be."""
    query = select(deliveries.c.id).where(
        deliveries.c.job_id == job_id, deliveries.c.way == PUSH, deliveries.c.kind == RESULT
    )
    return db.execute(query).first() is not None


def due(db: Connection, again_after: float, limit: int = 200) -> list[str]:
    """Replies other than results whose time has come, or whose courier died."""
    moment = now()
    lost = and_(deliveries.c.state == SENDING, deliveries.c.lease_until < moment)
    ready = and_(deliveries.c.state == READY, deliveries.c.next_at <= moment)
    which = and_(deliveries.c.kind.in_(_ON_THEIR_OWN), or_(ready, lost))
    found = list(db.execute(select(deliveries.c.id).where(which).limit(limit)).scalars())
    if found:
        later = update(deliveries).where(deliveries.c.id.in_(found), ready)
        db.execute(later.values(next_at=moment + again_after))
    return found


def drop_job(db: Connection, job_id: str) -> None:
    """Forget the messages of a job, and send none that still wait."""
    db.execute(delete(deliveries).where(deliveries.c.job_id == job_id, deliveries.c.state == READY))
    db.execute(
        update(deliveries)
        .where(deliveries.c.job_id == job_id)
        .values(messages=None, token=None, recipient=None)
    )


def forget(db: Connection, before: float) -> None:
    """Erase tokens, recipients and messages of what was settled before this moment."""
    db.execute(
        update(deliveries)
        .where(deliveries.c.created_at < before)
        .values(token=None, recipient=None, messages=None)
    )


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(**row)
