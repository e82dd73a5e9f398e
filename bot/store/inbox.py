"""The inbox: events as LINE sent them, from the webhook's 200 until a courier has handled them.

Within a chat they are handled in the order in which they came, so only a chat's oldest row, its
head, can be claimed: by a conditional UPDATE, with a lease. `remove`, in the transaction that
handles the event, is what makes it happen once: it fails if somebody else has the row by then, or
if the message was unsent meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from bot.store.clock import now
from bot.store.prepared import Prepared
from bot.store.schema import inbox
from bot.store.statements import insert_or_skip, lease_over, update_one

UNSEND = "unsend"


class InboxEvent(NamedTuple):
    """A claimed row. body: the event's JSON. tries: including this one. chat_key: the chat's id, or
    the event's where it has no chat."""

    seq: int
    event_id: str
    type: str
    body: str
    trace: str | None
    received_at: float
    tries: int
    chat_key: str
    user_id: str | None
    message_id: str | None


class Parked(NamedTuple):
    """A row that waits for an operator, without what people wrote; seq is how they name it.

    Times: seconds since 1970.
    """

    seq: int
    event_id: str
    type: str
    tries: int
    error_code: str | None
    received_at: float
    parked_at: float


class Backlog(NamedTuple):
    """waiting, parked: numbers of rows. oldest_age: of those waiting, in seconds; 0.0 if none."""

    waiting: int
    parked: int
    oldest_age: float


def _owned(
    seq: int | BindParameter[int], owner: str | BindParameter[str]
) -> tuple[ColumnElement[bool], ...]:
    return inbox.c.seq == seq, inbox.c.lease_owner == owner, inbox.c.parked_at.is_(None)


_INSERT = Prepared(partial(insert_or_skip, inbox))
_REMOVE = Prepared(delete(inbox).where(*_owned(bindparam("row"), bindparam("owner"))))
_ROW = tuple(inbox.c[name] for name in InboxEvent._fields)


def _heads() -> Select[tuple[int, int]]:
    """Select (seq, tries) of each chat's oldest row, if nobody has it, oldest first."""
    older = inbox.alias()
    same_chat = and_(older.c.chat_key == inbox.c.chat_key, older.c.seq < inbox.c.seq)
    head = ~exists(literal_column("1")).where(same_chat, older.c.parked_at.is_(None))
    free = and_(inbox.c.parked_at.is_(None), lease_over(inbox.c.lease_until, bindparam("at")))
    return select(inbox.c.seq, inbox.c.tries).where(free, head).order_by(inbox.c.seq)


_DUE = Prepared(_heads().limit(1))
_LOCKED_HEADS = Prepared(
    _heads().limit(bindparam("most", type_=Integer)).with_for_update(skip_locked=True, of=inbox)
)


def add(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store events (all columns up to received_at); those that are there already are skipped."""
    for row in rows:
        _INSERT.run(db, **row)


def delete_message(db: Connection, message_id: str) -> int:
    """Delete what an unsent message brought and nobody has handled; returns how many rows."""
    of_message = and_(inbox.c.message_id == message_id, inbox.c.type != UNSEND)
    return db.execute(delete(inbox).where(of_message)).rowcount


def delete_person(db: Connection, line_id: str, until: float | None = None) -> None:
    """Delete what a user sent anywhere, or what was sent in a chat; until: received by then."""
    of_person = or_(inbox.c.user_id == line_id, inbox.c.chat_key == line_id)
    if until is not None:
        of_person = and_(of_person, inbox.c.received_at <= until)
    db.execute(delete(inbox).where(of_person))


def has_due(db: Connection) -> bool:
    """Return whether there is an event to claim."""
    return _DUE.first(db, at=now()) is not None


def claim(db: Connection, owner: str, lease: float, limit: int) -> list[InboxEvent]:
    """Take the heads of up to `limit` chats for `lease` seconds, in the order in which they came.

    An event whose handling began before is taken alone: if it ended the process, only it does so
    again. owner: a word of this claim alone. Returns [] if there is nothing to take.
    """
    now_ts = now()
    heads = _LOCKED_HEADS.all(db, at=now_ts, most=limit)
    fresh = [seq for seq, tries in heads if tries == 0]
    chosen = fresh if heads and heads[0][1] == 0 else [seq for seq, _ in heads[:1]]
    if not chosen:
        return []
    values = {"lease_owner": owner, "lease_until": now_ts + lease, "tries": inbox.c.tries + 1}
    unleased = lease_over(inbox.c.lease_until, now_ts)
    free = and_(inbox.c.seq.in_(chosen), inbox.c.parked_at.is_(None), unleased)
    rows = db.execute(update(inbox).where(free).values(**values).returning(*_ROW))
    return sorted(InboxEvent(*row) for row in rows)


def remove(db: Connection, seq: int, owner: str) -> bool:
    """Delete a claimed row; returns False if it is not this owner's any more, or is gone."""
    return _REMOVE.run(db, row=seq, owner=owner) == 1


def release(db: Connection, owner: str, seqs: Sequence[int]) -> None:
    """Give claimed rows back, as if nobody had begun."""
    claimed = (inbox.c.seq.in_(seqs), inbox.c.lease_owner == owner)
    values = {"lease_owner": None, "lease_until": None, "tries": inbox.c.tries - 1}
    db.execute(update(inbox).where(*claimed).values(**values))


def postpone(db: Connection, seq: int, owner: str, delay: float, code: str) -> bool:
    """Have a claimed row tried again in `delay` seconds; its chat waits so long."""
    values = {"lease_owner": None, "lease_until": now() + delay, "error_code": code}
    return update_one(db, inbox, *_owned(seq, owner), **values)


def park(db: Connection, seq: int, owner: str, code: str) -> bool:
    """Set a claimed row aside for an operator; the chat goes on without it."""
    values = {"lease_owner": None, "lease_until": None, "parked_at": now(), "error_code": code}
    return update_one(db, inbox, *_owned(seq, owner), **values)


def unpark(db: Connection, seq: int) -> bool:
    """Have a parked row tried again; returns False if there is none."""
    values = {"parked_at": None, "tries": 0, "error_code": None}
    return update_one(db, inbox, inbox.c.seq == seq, inbox.c.parked_at.is_not(None), **values)


def delete_parked(db: Connection, seq: int) -> bool:
    """Delete a parked row; returns False if there is none."""
    parked = (inbox.c.seq == seq, inbox.c.parked_at.is_not(None))
    return db.execute(delete(inbox).where(*parked)).rowcount == 1


def delete_parked_before(db: Connection, before: float) -> None:
    """Delete what nobody has looked after since this time."""
    db.execute(delete(inbox).where(inbox.c.parked_at < before))


def list_parked(db: Connection, limit: int = 100) -> list[Parked]:
    """Return the rows that wait for an operator, the newest first."""
    columns = (inbox.c[name] for name in Parked._fields)
    query = select(*columns).where(inbox.c.parked_at.is_not(None))
    return [Parked(*row) for row in db.execute(query.order_by(inbox.c.seq.desc()).limit(limit))]


def backlog(db: Connection) -> Backlog:
    """Return how much waits, and since when."""
    waiting = inbox.c.parked_at.is_(None)
    oldest = func.min(inbox.c.received_at).filter(waiting)
    total, parked = func.count(), func.count(inbox.c.parked_at)
    row = db.execute(select(total, parked, oldest).select_from(inbox)).one()
    age = max(0.0, now() - row[2]) if row[2] is not None else 0.0
    return Backlog(row[0] - row[1], row[1], age)
