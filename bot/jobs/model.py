"""What a job is: its columns, its states, its number."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import and_, or_
from sqlalchemy.engine import RowMapping

from bot.tables import jobs

QUEUED, DRAWING, DRAWN, WAITING = "queued", "drawing", "drawn", "waiting"
DELIVERED, FAILED, CANCELLED = "delivered", "failed", "cancelled"
UNFINISHED = (QUEUED, DRAWING)
UNDELIVERED = (QUEUED, DRAWING, DRAWN, WAITING)
# The chat still has to hear how it went.
BRINGABLE = or_(
    jobs.c.state.in_((DRAWN, WAITING)),
    and_(jobs.c.state == FAILED, jobs.c.finished_at.is_(None)),
)

# Crockford's base 32: no I, L, O or U, so that a number read aloud or copied by hand survives.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class StoredPicture(NamedTuple):
    """A picture in storage: its keys and what a message about it needs."""

    position: int
    key: str
    preview_key: str
    content_type: str
    size: int
    width: int
    height: int
    seed: int


@dataclass(frozen=True)
class Job:
    """One row of `jobs`; the columns are described in bot.tables."""

    id: str
    number: str
    secret: str
    event_id: str
    chat_id: str | None
    chat_kind: Literal["user", "group", "room"]
    user_id: str | None
    message_id: str | None
    quote_token: str | None
    language: str
    request: Mapping[str, Any] | None
    parent_id: str | None
    asked: int
    state: str
    error_code: str | None
    attempts: int
    lease_owner: str | None
    lease_until: float | None
    step: int | None
    steps: int | None
    published_at: float | None
    deliver_at: float | None
    deliver_lease: float | None
    deliver_tries: int
    wakes: int
    trace: str | None
    created_at: float
    drawing_at: float | None
    painted_at: float | None
    drawn_at: float | None
    ticket_at: float | None
    finished_at: float | None
    erase_at: float | None
    erased_at: float | None


def new_number() -> str:
    """A 受付番号 such as `4F7-K2M`: 30 random bits, and always a digit among them.

    The digit keeps ordinary words that are typed in a chat from being taken for a number.
    """
    while True:
        bits = secrets.randbits(30)
        letters = "".join(_ALPHABET[bits >> place & 31] for place in range(0, 30, 5))
        if any(letter.isdigit() for letter in letters):
            return f"{letters[:3]}-{letters[3:]}"


def as_job(row: RowMapping | None) -> Job | None:
    """The job of a row of the whole table, or None."""
    return Job(**row) if row else None
