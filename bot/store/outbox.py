"""The outbox: one row for every message that is, or may have been, sent to LINE.

A row is written, with its reply token or retry key, before LINE is called. After a crash the row
is still `sending`, so that nobody sends the message twice without knowing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, case, delete, insert, or_, select, update

from bot.store.clock import now
from bot.store.schema import deliveries
from bot.store.statements import take_due, update_one

READY, SENDING = "ready", "sending"
SENT, DEAD, REFUSED, UNCERTAIN = "sent", "dead", "refused", "uncertain"
RESULT, TICKET, ANSWER, RESEND = "result", "ticket", "answer", "again"
ALARM = "alarm"  # to an operators' chat
GREETING = "greeting"  # its messages are made when it is sent, in the language known by then
REPLY, PUSH = "reply", "push"
PUSH_RETRY_SECONDS = 20 * 3600.0  # LINE remembers a retry key for 24 hours
STYLES = "styles"  # made when it is sent, with the samples that are painted by then
_SWEPT_KINDS = (
    TICKET,
    ANSWER,
    RESEND,
    ALARM,
    GREETING,
    STYLES,
)  # a result is sent again by its job instead


@dataclass(frozen=True)
class Delivery:
    """One row of `deliveries`; the columns are described in bot.store.schema."""

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
    chat_id: str | None = None,
    messages: Sequence[dict[str, Any]] | None = None,
) -> str:
    """Store a reply to be sent with this token, which nothing else may use; returns its id.

    chat_id: where the token is from, if the reply is about no job; deleted once it is settled.
    """
    values = {"job_id": job_id, "token": token, "token_at": token_at, "recipient": chat_id}
    return _add(db, kind, REPLY, messages, values)


def add_greeting(
    db: Connection, *, token: str, token_at: float, chat_id: str, wait_seconds: float = 0.0
) -> str:
    """Store the reply that greets a chat; returns its id. wait_seconds: until the sweep sends it,
    if nobody has before."""
    values = {"token": token, "token_at": token_at, "recipient": chat_id}
    return _add(db, GREETING, REPLY, None, values, wait_seconds=wait_seconds)


def add_styles(db: Connection, *, token: str, token_at: float, chat_id: str) -> str:
    """Store the reply that offers styles and shapes to a chat; returns its id."""
    values = {"token": token, "token_at": token_at, "recipient": chat_id}
    return _add(db, STYLES, REPLY, None, values)


def waiting_greetings(db: Connection, chat_id: str) -> list[str]:
    """Return ids of a chat's greetings that were not sent yet."""
    of_chat = (deliveries.c.recipient == chat_id, deliveries.c.kind == GREETING)
    query = select(deliveries.c.id).where(*of_chat, deliveries.c.state == READY)
    return list(db.execute(query).scalars())


def add_push(
    db: Connection, job_id: str, recipient: str, price: int, messages: Sequence[dict[str, Any]]
) -> str:
    """Store a push; its retry key and its messages are the same at every try.

    https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
    """
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
    *,
    wait_seconds: float = 0.0,
) -> str:
    delivery_id = uuid4().hex
    now_ts = now()
    common = {"id": delivery_id, "kind": kind, "way": way, "state": READY, "doubt": False}
    common |= {"created_at": now_ts, "next_at": now_ts + wait_seconds}
    common["messages"] = list(messages) if messages is not None else None
    db.execute(insert(deliveries).values(**common, **values))
    return delivery_id


def claim(db: Connection, delivery_id: str, lease: float) -> Delivery | None:
    """Take a delivery for sending, for `lease` seconds.

    Returns None if it is settled or another courier has it. One that is still `sending` after its
    lease was left by a courier that died: it is in doubt, since the message may have arrived.
    """
    now_ts = now()
    values = {
        "doubt": or_(deliveries.c.doubt, deliveries.c.state == SENDING),
        "state": SENDING,
        "tries": deliveries.c.tries + 1,
        "lease_until": now_ts + lease,
    }
    free = or_(deliveries.c.state == READY, _abandoned(now_ts))
    if not update_one(db, deliveries, deliveries.c.id == delivery_id, free, **values):
        return None
    return _first(db, deliveries.c.id == delivery_id)


def mark_in_doubt(
    db: Connection, delivery_id: str, code: str, lease: float, *, request_id: str | None = None
) -> None:
    """Note that a try ended without an answer; the next one starts now, for `lease` seconds."""
    values = {"doubt": True, "error_code": code, "line_request_id": request_id}
    update_one(db, deliveries, deliveries.c.id == delivery_id, **values, lease_until=now() + lease)


def note_doubt(db: Connection, delivery_id: str) -> None:
    """Note that a try ended without an answer, so that the message may have arrived."""
    update_one(db, deliveries, deliveries.c.id == delivery_id, doubt=True)


def settle(
    db: Connection, delivery_id: str, state: str, *, code: str | None, request_id: str | None
) -> None:
    """Note how a delivery ended, and delete its messages. state: sent, dead, refused, uncertain."""
    values: dict[str, Any] = {"state": state, "error_code": code, "next_at": None}
    values |= {"line_request_id": request_id, "messages": None, "lease_until": None}
    if state == SENT:
        values["sent_at"] = now()
    values["recipient"] = case((deliveries.c.way == PUSH, deliveries.c.recipient), else_=None)
    update_one(db, deliveries, deliveries.c.id == delivery_id, **values)


def postpone(
    db: Connection, delivery_id: str, delay: float, code: str, *, request_id: str | None = None
) -> None:
    """Note that LINE did not take the message; it is tried again in `delay` seconds."""
    values = {"state": READY, "next_at": now() + delay, "lease_until": None}
    values |= {"error_code": code, "line_request_id": request_id}
    update_one(db, deliveries, deliveries.c.id == delivery_id, **values)


def unsettled(db: Connection, job_id: str, kind: str) -> Delivery | None:
    """Return the oldest delivery of this kind that was begun for a job and has not ended."""
    open_states = deliveries.c.state.in_((READY, SENDING))
    return _first(db, deliveries.c.job_id == job_id, deliveries.c.kind == kind, open_states)


def _first(db: Connection, *where: ColumnElement[bool]) -> Delivery | None:
    query = select(deliveries).where(*where).order_by(deliveries.c.created_at).limit(1)
    row = db.execute(query).mappings().first()
    return Delivery(**row) if row else None


def may_have_arrived(db: Connection, job_id: str) -> bool:
    """Return whether nobody knows if a reply with the job's outcome arrived."""
    uncertain = (deliveries.c.kind == RESULT, deliveries.c.state == UNCERTAIN)
    return _first(db, deliveries.c.job_id == job_id, *uncertain) is not None


def was_pushed(db: Connection, job_id: str) -> bool:
    """Return whether the job's outcome was ever pushed, or tried to be."""
    push = (deliveries.c.way == PUSH, deliveries.c.kind == RESULT)
    return _first(db, deliveries.c.job_id == job_id, *push) is not None


def of_job(db: Connection, job_id: str) -> list[Delivery]:
    """Return every message that was, or is to be, sent about a job, oldest first."""
    query = select(deliveries).where(deliveries.c.job_id == job_id)
    rows = db.execute(query.order_by(deliveries.c.created_at)).mappings()
    return [Delivery(**row) for row in rows]


def due(db: Connection, again_after: float) -> list[str]:
    """Return ids of deliveries other than results to send by now, or whose courier died.

    Those to send are not returned again for `again_after` seconds.
    """
    now_ts = now()
    ready = and_(deliveries.c.state == READY, deliveries.c.next_at <= now_ts)
    return take_due(
        db,
        deliveries,
        and_(deliveries.c.kind.in_(_SWEPT_KINDS), or_(ready, _abandoned(now_ts))),
        order_by=deliveries.c.next_at,
        next_at=now_ts + again_after,
    )


def _abandoned(now_ts: float) -> ColumnElement[bool]:
    return and_(deliveries.c.state == SENDING, deliveries.c.lease_until < now_ts)


def delete_for_job(db: Connection, job_id: str) -> None:
    """Delete the messages of a job, and send none that still wait."""
    of_this = deliveries.c.job_id == job_id
    db.execute(delete(deliveries).where(of_this, deliveries.c.state == READY))
    _redact(db, of_this)


def redact_before(db: Connection, before: float) -> None:
    """Delete tokens, recipients and messages of what was created before this time."""
    _redact(db, deliveries.c.created_at < before)


def _redact(db: Connection, where: ColumnElement[bool]) -> None:
    values = {"token": None, "recipient": None, "messages": None}
    db.execute(update(deliveries).where(where).values(**values))
