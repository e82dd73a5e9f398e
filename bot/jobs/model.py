"""What a job is: its columns, its states, its number."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from sqlalchemy import and_, or_
from sqlalchemy.engine import RowMapping

from bot.store.codes import ALPHABET, normalize_code
from bot.store.schema import jobs

if TYPE_CHECKING:
    from bot.prompt.request.stored import StoredRequest

QUEUED, DRAWING, DRAWN, WAITING = "queued", "drawing", "drawn", "waiting"
DELIVERED, FAILED, CANCELLED = "delivered", "failed", "cancelled"
UNFINISHED = (QUEUED, DRAWING)
UNDELIVERED = (QUEUED, DRAWING, DRAWN, WAITING)
# The chat has not been told the outcome.
DELIVERABLE = or_(
    jobs.c.state.in_((DRAWN, WAITING)),
    and_(jobs.c.state == FAILED, jobs.c.finished_at.is_(None)),
)


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
    """One row of `jobs`; the columns are described in bot.store.schema."""

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
    request: StoredRequest | None
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
    """Draw a 受付番号 such as `4F7-K2M`: 30 random bits, and always a digit among them.

    The digit keeps ordinary words that are typed in a chat from being taken for a number.
    """
    while True:
        bits = secrets.randbits(30)
        letters = "".join(ALPHABET[bits >> place & 31] for place in range(0, 30, 5))
        if any(letter.isdigit() for letter in letters):
            return f"{letters[:3]}-{letters[3:]}"


def parse_number(text: str) -> str | None:
    """Return a typed 受付番号 as it is stored; small letters and a missing hyphen are forgiven.

    Returns None if it is none.
    """
    code = normalize_code(re.sub(r"[\s-]", "", text))
    return f"{code[:3]}-{code[3:]}" if re.fullmatch(f"[{ALPHABET}]{{6}}", code) else None


def job_from_row(row: RowMapping) -> Job:
    """Make a job of a row of the whole table."""
    from bot.prompt.request.stored import StoredRequest  # 3 MB of patterns, of no use to the web

    request = StoredRequest.from_json(row["request"]) if row["request"] else None
    return Job(**{**row, "request": request})
